import type { AttemptResult, DeploymentEvent, DeploymentEventBody, GraphTask } from '@muster/model';
import type { StartDeployment } from '@muster/protocol';
import type { ExecutionSpan, ExecutionTracing } from '../ports/tracing';
import { DeploymentSpans } from './deployment-spans';

const ENDED: AttemptResult = { kind: 'exited', code: 3, sizes: { stdout: 0, stderr: 0 }, summary: 'printed MARKER' };

const start = {
  ...{ deployment: 'd1', transaction: 't1', run: 2, project: 'default', cluster: 'c' },
  origin: { traceparent: 'outside', requestId: 'r1' },
} as StartDeployment;
const taskOf = (task: string): GraphTask =>
  ({ task, definition: 'a', node: 'n1', type: 'shell', parameters: { password: 'MARKER' } }) as never;

function numbered(bodies: readonly DeploymentEventBody[], from = 1): DeploymentEvent[] {
  return bodies.map((body, index) => ({ ...body, seq: from + index, at: (from + index) * 1000 }));
}

function bed(told: StartDeployment, stored: readonly DeploymentEvent[] = []) {
  const spans: ExecutionSpan[] = [];
  const tracing: ExecutionTracing = {
    within: (parent, key) => `${parent}/${key}`,
    record: (span) => void spans.push(span),
  };
  const of = new DeploymentSpans(tracing, told, taskOf, 'e2');
  of.storedBefore(stored);
  return { spans, of };
}

describe('spans of a deployment', () => {
  const begun = numbered([
    { type: 'accepted' },
    { type: 'owner-changed', executor: 'e1', epoch: 1 },
    { type: 'attempt-started', task: 'a@n1', attempt: 1 },
  ]);
  const rest = numbered(
    [
      { type: 'owner-changed', executor: 'e2', epoch: 2 },
      { type: 'attempt-ended', task: 'a@n1', attempt: 1, result: ENDED },
      { type: 'state-changed', state: 'failed', text: 'MARKER' },
    ],
    4,
  );

  it('are told once, by whoever stores the end, also of what an earlier owner has begun', () => {
    const { spans, of } = bed(start, begun);
    expect(spans).toEqual([]);
    of.stored(rest);
    expect(spans).toMatchObject([
      {
        ...{ name: 'attempt a', parent: 'outside/deployment d1', startedAt: 3000, endedAt: 5000 },
        ...{ key: 'attempt d1 a@n1 1', failure: 'exit code 3' },
        attributes: {
          ...{ 'muster.transaction': 't1', 'muster.run': 2, 'muster.deployment': 'd1', 'muster.executor': 'e2' },
          ...{ 'muster.task': 'a@n1', 'muster.node': 'n1', 'muster.attempt': 1, 'muster.exit_code': 3 },
        },
      },
      {
        ...{ name: 'deployment', parent: 'outside', startedAt: 1000, endedAt: 6000, failure: 'failed' },
        moments: [{ attributes: { 'muster.epoch': 1 } }, { attributes: { 'muster.epoch': 2 } }],
      },
    ]);
  });

  it('are what commands on nodes are within, whoever starts them', () => {
    const within = bed(start).of.withinAttempt('a@n1', 1);
    expect(within).toBe('outside/deployment d1/attempt d1 a@n1 1');
    expect(bed(start, begun).of.withinAttempt('a@n1', 1)).toBe(within);
  });

  it('hold nothing that a program has printed or was given', () => {
    const { spans, of } = bed(start);
    of.stored([...begun, ...rest]);
    expect(spans).toHaveLength(2);
    expect(JSON.stringify(spans)).not.toContain('MARKER');
  });

  it('are none where nobody traces; a place in a trace is passed on all the same', () => {
    const untraced = bed({ ...start, origin: {} });
    untraced.of.stored([...begun, ...rest]);
    expect(untraced.spans).toEqual([]);
    expect(untraced.of.withinAttempt('a@n1', 1)).toBeNull();
    expect(new DeploymentSpans(null, start, taskOf, 'e1').withinAttempt('a@n1', 1)).toBe('outside');
  });
});
