import type { AttemptResult, DeploymentEventBody, DeploymentStatus, TaskEnd } from '@muster/model';
import { graphTask, taskGraph } from './generated-graphs.testing';
import { Referees, RULES, type Rule } from './referees';

const EXITED: AttemptResult = { kind: 'exited', code: 0, sizes: { stdout: 0, stderr: 0 } };
const LIMITED = taskGraph(
  [
    graphTask('a@n1', { limits: ['x'] }),
    graphTask('b@n1', { requires: ['a@n1'] }),
    graphTask('c@n2', { limits: ['x'] }),
    graphTask('v@n3', { validation: 'fatal' }),
  ],
  { limits: { x: 1 }, faultTolerance: [{ name: 'g', nodes: ['n1', 'n2'], tolerated: 0 }] },
);

const state = (to: DeploymentStatus): DeploymentEventBody => ({ type: 'state-changed', state: to, text: null });
const start = (task: string, attempt = 1): DeploymentEventBody => ({ type: 'attempt-started', task, attempt });
const exit = (task: string, result: AttemptResult = EXITED): DeploymentEventBody => ({
  ...{ type: 'attempt-ended', task, attempt: 1, result },
});
const end = (task: string, to: TaskEnd = 'succeeded'): DeploymentEventBody => ({
  ...{ type: 'tasks-ended', tasks: [task], state: to },
});
const reopen = (task: string): DeploymentEventBody => ({ type: 'tasks-reopened', tasks: [task] });
const asked = (verb: 'retry' | 'drain'): DeploymentEventBody => ({
  ...{ type: 'control', command: '00000000-0000-4000-8000-000000000000', verb, who: 'w', why: null },
});
const ran = (task: string): DeploymentEventBody[] => [start(task), exit(task), end(task)];
const failed = (task: string): DeploymentEventBody[] => [start(task), exit(task), end(task, 'failed')];
const all = (...left: string[]): DeploymentEventBody[] =>
  ['a@n1', 'b@n1', 'c@n2', 'v@n3'].filter((task) => !left.includes(task)).flatMap(ran);

/** The rules that a deployment breaks that runs and in which this happens, `closed` once it has ended. */
function broken(events: readonly DeploymentEventBody[], closed = false): Set<string> {
  const referees = new Referees(LIMITED);
  [state('running'), ...events].forEach((body, index) => referees.see({ ...body, seq: index + 1, at: 0 }));
  if (closed) referees.close();
  return new Set(referees.verdicts.map(({ rule }) => rule));
}

/** For each rule what breaks it, and whether that shows at the end alone. */
const FAULTS: Readonly<Record<Rule, readonly [readonly DeploymentEventBody[], closed?: boolean]>> = {
  'an attempt ends only if it runs': [[exit('a@n1')]],
  'attempts are counted without gaps': [[start('a@n1', 2)]],
  'a running task does not end before its attempt': [[start('a@n1'), end('a@n1', 'failed')]],
  'a task ends once': [[...ran('a@n1'), end('a@n1')]],
  'blocked only by something that failed': [[...ran('a@n1'), end('b@n1', 'blocked')]],
  'ends only tasks of the graph': [[end('z@n1')]],
  'every task ends': [[...all('v@n3'), state('succeeded')], true],
  'never exceeds a concurrency policy': [[start('a@n1'), start('c@n2')]],
  'never runs two tasks on one node': [[start('a@n1'), start('b@n1')]],
  'never starts a task before its dependencies are satisfied': [[start('b@n1')]],
  'never starts a task that has ended': [[...ran('a@n1'), start('a@n1', 2)]],
  'never starts a task twice at once': [[start('a@n1'), start('a@n1', 2)]],
  'nothing runs after the end': [[...all(), start('a@n1', 2), state('succeeded')], true],
  'only an exit makes a success': [[start('a@n1'), exit('a@n1', { kind: 'lost', detail: 'gone' }), end('a@n1')]],
  'reopens only what a person wants tried again': [[...failed('a@n1'), reopen('a@n1')]],
  'reopens only what did not succeed': [[...ran('a@n1'), asked('retry'), reopen('a@n1')]],
  'starts nothing on a failed node': [[...failed('a@n1'), start('b@n1')]],
  'starts nothing once a fault tolerance is passed': [[...failed('a@n1'), start('c@n2')]],
  'starts nothing unless it runs': [[state('paused'), start('a@n1')]],
  'starts only tasks of the graph': [[start('z@n1')]],
  'stops when a fault tolerance is passed, and not one failure earlier': [[state('draining')]],
  'the outcome is never greener than the truth': [[...all('c@n2'), ...failed('c@n2'), state('succeeded')], true],
  'what a tolerance of nodes does not cover makes it fail': [
    [...all('v@n3'), ...failed('v@n3'), state('succeeded-with-failures')],
    true,
  ],
  'with every task done the deployment has succeeded': [[...all(), state('failed')], true],
};

describe('referees', () => {
  it('object to nothing in a deployment that goes well', () => {
    expect(broken([...all(), state('succeeded')], true)).toEqual(new Set());
  });

  it('object to nothing where a person drains, and where one has a failed task tried again', () => {
    expect(broken([...ran('a@n1'), asked('drain'), state('draining')])).toEqual(new Set());
    expect(broken([...failed('v@n3'), asked('retry'), reopen('v@n3'), start('v@n3', 2)])).toEqual(new Set());
  });

  it.each(RULES)('see a planted fault: %s', (rule) => {
    const [events, closed] = FAULTS[rule];
    expect(broken(events, closed)).toContain(rule);
  });
});
