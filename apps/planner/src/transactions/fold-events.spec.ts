import type { DeploymentEvent, DeploymentEventBody } from '@muster/model';
import { foldEvents } from './fold-events';

const subject = { transaction: 't', deployment: 'd', cluster: 'c' };
const sizes = { stdout: 0, stderr: 0 };
const log = (...bodies: DeploymentEventBody[]): DeploymentEvent[] =>
  bodies.map((body, index) => ({ ...body, seq: index + 1, at: 1000 * (index + 1) }));

describe('foldEvents', () => {
  it('keeps the first start and the last end of a task that was tried twice', () => {
    const folded = foldEvents(
      subject,
      log(
        { type: 'attempt-started', task: 'a@1', attempt: 1 },
        { type: 'attempt-ended', task: 'a@1', attempt: 1, result: { kind: 'exited', code: 7, sizes } },
        { type: 'retry-set', task: 'a@1', notBefore: 3500 },
        { type: 'retry-due', task: 'a@1' },
        { type: 'attempt-started', task: 'a@1', attempt: 2 },
        { type: 'attempt-ended', task: 'a@1', attempt: 2, result: { kind: 'exited', code: 0, sizes } },
        { type: 'tasks-ended', tasks: ['a@1'], state: 'succeeded' },
      ),
    );
    expect(folded.tasks.get('a@1')).toEqual({
      state: 'succeeded',
      attempts: 2,
      exitCode: 0,
      startedAt: 1000,
      endedAt: 7000,
      reason: null,
      summary: null,
    });
    expect(folded.attempts).toMatchObject([
      { attempt: 1, startedAt: 1000, endedAt: 2000 },
      { attempt: 2, startedAt: 5000, endedAt: 6000 },
    ]);
    expect(folded.feed.map((event) => event.type)).toEqual([
      'task.running',
      'task.retrying',
      'task.running',
      'task.succeeded',
    ]);
  });

  it('says how the last attempt failed rather than that it failed', () => {
    const folded = foldEvents(
      subject,
      log(
        { type: 'attempt-started', task: 'a@1', attempt: 1 },
        { type: 'attempt-ended', task: 'a@1', attempt: 1, result: { kind: 'exited', code: 7, sizes } },
        { type: 'tasks-ended', tasks: ['a@1'], state: 'failed', cause: { code: 'attempt' } },
        { type: 'tasks-ended', tasks: ['b@1', 'c@1'], state: 'blocked', cause: { code: 'dependency', culprit: 'a@1' } },
      ),
    );
    expect(folded.tasks.get('a@1')).toMatchObject({ state: 'failed', exitCode: 7, reason: 'exited with code 7' });
    expect(folded.tasks.get('c@1')).toMatchObject({ state: 'blocked', reason: 'blocked by a@1' });
    expect(folded.feed.at(-1)).toMatchObject({
      type: 'task.blocked',
      subject: { task: 'c@1', node: '1' },
      data: { cause: 'dependency', culprit: 'a@1' },
    });
  });

  it('shows a lost task as lost until it is decided', () => {
    const folded = foldEvents(
      subject,
      log(
        { type: 'attempt-started', task: 'a@1', attempt: 1 },
        { type: 'attempt-ended', task: 'a@1', attempt: 1, result: { kind: 'lost', detail: 'the machine has booted' } },
        { type: 'task-held', task: 'a@1', cause: 'lost' },
        { type: 'state-changed', state: 'paused', text: 'a@1 is lost' },
      ),
    );
    expect(folded.tasks.get('a@1')).toMatchObject({ state: 'lost', exitCode: null });
    expect(folded.state).toMatchObject({ state: 'paused' });
    expect(folded.feed.map((event) => event.type)).toEqual([
      'task.running',
      'task.lost',
      'task.held',
      'transaction.paused',
    ]);
  });

  const failedOnce: DeploymentEventBody[] = [
    { type: 'attempt-started', task: 'a@1', attempt: 1 },
    { type: 'attempt-ended', task: 'a@1', attempt: 1, result: { kind: 'exited', code: 7, sizes } },
  ];

  it('shows a task that waits to be tried again as ready, and no longer says when once that time has come', () => {
    const waiting = log(...failedOnce, { type: 'retry-set', task: 'a@1', notBefore: 3500 });
    expect(foldEvents(subject, waiting).tasks.get('a@1')).toMatchObject({
      state: 'ready',
      reason: 'tries again at 1970-01-01T00:00:03.500Z',
    });
    const due = foldEvents(subject, log({ type: 'retry-due', task: 'a@1' }));
    expect(due.tasks.get('a@1')).toEqual({ state: 'ready', reason: null });
  });

  it('shows a task that waits for a person after its failure as ready, not as running', () => {
    const folded = foldEvents(subject, log(...failedOnce, { type: 'task-held', task: 'a@1', cause: 'onFailure' }));
    const reason = 'failed: waits for a person to retry, skip or cancel';
    expect(folded.tasks.get('a@1')).toMatchObject({ state: 'ready', exitCode: 7, reason });
    expect(folded.feed.at(-1)).toMatchObject({ type: 'task.held', data: { cause: 'onFailure', reason } });
  });

  it('leaves the end of a transaction to be told by the transaction', () => {
    expect(foldEvents(subject, log({ type: 'state-changed', state: 'failed', text: null })).feed).toEqual([]);
  });
});
