import type { DeploymentEvent } from '@muster/model';
import { ROWS_AT_ONCE } from '../database/sql';
import { isOnePortion, portionsOf } from './event-portions';

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}@n`);
const ended = (seq: number, tasks: readonly string[]): DeploymentEvent => ({
  ...{ seq, at: seq, type: 'tasks-ended', state: 'not-run', tasks },
  cause: { code: 'cancelled', text: 'by somebody' },
});
const started = (seq: number): DeploymentEvent => ({ seq, at: seq, type: 'attempt-started', task: 'a@n', attempt: 1 });
const sizeOf = (events: readonly DeploymentEvent[]) =>
  events.reduce((sum, event) => sum + ('tasks' in event ? (event.tasks?.length ?? 1) : 1), 0);

describe('portions of events', () => {
  it('are one where they are short, with the very events', () => {
    const events = [started(1), ended(2, names('t', 3)), started(3)];
    expect([...portionsOf(events)]).toEqual([events]);
    expect(isOnePortion(events)).toBe(true);
    expect([...portionsOf([])]).toEqual([]);
  });

  it('are of a bounded size, and together say all that the events say, in their order', () => {
    const many = names('t', 2 * ROWS_AT_ONCE + 7);
    const events = [started(1), ended(2, many), started(3), ended(4, names('u', 10))];
    expect(isOnePortion(events)).toBe(false);
    const portions = [...portionsOf(events)];
    expect(portions.map(sizeOf).every((size) => size <= ROWS_AT_ONCE)).toBe(true);
    const flat = portions.flat();
    const tasks = flat.flatMap((event) => (event.type === 'tasks-ended' && event.seq === 2 ? event.tasks : []));
    expect(tasks).toEqual(many);
    expect(flat.map(({ seq }) => seq)).toEqual([1, 2, 2, 2, 3, 4]);
    expect(
      new Set(flat.filter(({ seq }) => seq === 2).map((event) => JSON.stringify({ ...event, tasks: [] }))).size,
    ).toBe(1);
  });

  it('leave a control whole, however many tasks it names: it is one wish', () => {
    const control: DeploymentEvent = {
      ...{ seq: 1, at: 1, type: 'control', command: 'c', verb: 'skip', who: 'w', why: null },
      tasks: names('t', ROWS_AT_ONCE + 1),
    };
    expect([...portionsOf([control])]).toEqual([[control]]);
  });
});
