import type { TransactionStatus } from '@muster/client';
import { RunView } from './run-view';

const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');
const tasks = Object.fromEntries(['a@1', 'b@1', 'c@1'].map((task) => [task, {}]));

/** A run of three tasks that was said to take `expectedMs`, `endedMs` after whose begin the first task ended. */
function viewOf(expectedMs: number | null, endedMs: number | null): RunView {
  const view = new RunView();
  const graphs = [{ type: 'default', state: 'running', tasks }];
  const status = { state: 'running', expectedMs, startedAt: new Date(BEGIN).toISOString(), graphs };
  view.take(status as unknown as TransactionStatus);
  if (endedMs !== null) {
    const at = new Date(BEGIN + endedMs).toISOString();
    view.apply({ number: 1, at, type: 'task.succeeded', subject: { task: 'a@1' }, data: {} });
  }
  return view;
}

describe('the time that a run has left', () => {
  const left = (view: RunView, afterMs: number) => view.remainingMs(BEGIN + afterMs);

  it('is what the plan predicts while nothing has ended', () => {
    expect(left(viewOf(9_000, null), 2_000)).toBe(7_000);
    expect(left(viewOf(null, null), 2_000)).toBeNull();
  });

  it('is what the pace says where that is more', () => {
    expect(left(viewOf(2_000, 1_000), 1_000)).toBe(2_000);
    expect(left(viewOf(null, 1_000), 1_500)).toBe(1_500);
  });

  it('shrinks while a task of known length runs, and does not grow while nothing happens', () => {
    const view = viewOf(12_400, 800);
    expect([2_000, 6_000, 12_000].map((after) => left(view, after))).toEqual([10_400, 6_400, 400]);
  });

  it('cannot be told once all that was said is over', () => {
    expect(left(viewOf(2_000, 500), 2_500)).toBeNull();
  });
});
