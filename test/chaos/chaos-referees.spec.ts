import type { DeploymentEvent, DeploymentEventBody } from '@muster/model';
import type { JournalLine } from './chaos-cluster';
import { objections, type Records } from './chaos-referees';

const D = '00000000-0000-4000-8000-000000000001';
const sizes = { stdout: 0, stderr: 0 };

const bodies: DeploymentEventBody[] = [
  { type: 'accepted' },
  { type: 'attempt-started', task: 'a@host1', attempt: 1 },
  { type: 'attempt-ended', task: 'a@host1', attempt: 1, result: { kind: 'exited', code: 0, sizes } },
  { type: 'tasks-ended', tasks: ['a@host1'], state: 'succeeded' },
  { type: 'attempt-started', task: 'b@host1', attempt: 1 },
  { type: 'attempt-ended', task: 'b@host1', attempt: 1, result: { kind: 'exited', code: 0, sizes } },
  { type: 'tasks-ended', tasks: ['b@host1'], state: 'succeeded' },
];
const log = bodies.map((body, index): DeploymentEvent => ({ ...body, seq: index + 1, at: index }));

const records: Records = {
  deployment: D,
  state: 'succeeded',
  tasks: { 'a@host1': 'succeeded', 'b@host1': 'succeeded' },
  epoch: 1,
  log,
  plannerSeq: log.length,
  feed: ['a@host1', 'b@host1'].flatMap((task) => [
    { type: 'task.running', task, attempt: 1 },
    { type: 'task.succeeded', task, attempt: null },
  ]),
  attempts: ['a@host1', 'b@host1'].map((task) => ({ task, attempt: 1, result: {} })),
};

const line = (what: 'begin' | 'end', name: string, number: number): JournalLine => ({
  ...{ what, attempt: `${D}.${number}.1`, task: `${name}@host1`, host: 'host1', pid: '7', at: 1 },
});
const journal = [line('begin', 'a', 0), line('end', 'a', 0), line('begin', 'b', 1), line('end', 'b', 1)];

describe('the referees of chaos', () => {
  it('object to nothing where all is as it has to be', () => {
    expect(objections(records, journal, records)).toEqual([]);
  });

  it.each<[string, Partial<Records>, readonly JournalLine[], string]>([
    ['another end', { state: 'failed' }, journal, 'ended as failed, not succeeded'],
    ['another state', { tasks: { ...records.tasks, 'b@host1': 'lost' } }, journal, 'b@host1 is lost, and succeeded'],
    ['an attempt that began twice', {}, [...journal, ...journal.slice(0, 2)], 'of a@host1 began twice'],
    ['a success without a command', {}, journal.slice(0, 2), 'b@host1 succeeded, but no command of it'],
    ['a command that was not decided', { log: log.slice(0, 4) }, journal, `${D}.1.1 runs, but was never stored`],
    [
      'two commands at once',
      {},
      [line('begin', 'a', 0), line('begin', 'b', 1), line('end', 'a', 0), line('end', 'b', 1)],
      'b@host1 began beside a@host1',
    ],
    ['a hole in the log', { log: log.filter(({ seq }) => seq !== 3) }, journal, 'the log has 4 as number 3'],
    ['an event that was not heard', { plannerSeq: 6 }, journal, 'has heard 6 of 7'],
    ['an event that is missing in the feed', { feed: records.feed.slice(1) }, journal, 'the feed has 3 events for 4'],
    ['an event that is there twice', { feed: [...records.feed, ...records.feed.slice(3)] }, journal, '5 events for 4'],
    ['an attempt that is not kept', { attempts: records.attempts.slice(1) }, journal, 'keeps 1 attempts of 2'],
    [
      'an attempt without an end',
      { attempts: records.attempts.map((each) => ({ ...each, result: null })) },
      journal,
      '2 attempts have no end',
    ],
  ])('object to %s', (_name, over, lines, objection) => {
    expect(objections({ ...records, ...over }, lines, records).join('\n')).toContain(objection);
  });
});
