import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@muster/testkit';
import { ExecutorBed, graphTask } from './executor-bed.testing';

jest.setTimeout(300_000);

const WAITS = 200;

/** Processes below the launcher's shells, of which each connection has one: those are children of this process. */
function commandsOnNodes(): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/) as [pid: string, parent: string, state: string]);
  const shells = new Set(rows.filter(([, parent]) => parent === String(process.pid)).map(([pid]) => pid));
  // What has ended and was not waited for yet runs no more.
  return rows.filter(([, parent, state]) => shells.has(parent) && !state.startsWith('Z')).length;
}

describe('two hundred waits at once', () => {
  let bed: ExecutorBed;
  beforeAll(async () => {
    bed = await ExecutorBed.open(WAITS + 1);
    await bed.startExecutor(10_000);
  });
  afterAll(() => bed.close());

  it('run nothing on their nodes between two questions, keep nobody else from running, and all end', async () => {
    const flag = join(bed.folder.path, 'go');
    const waits = Array.from({ length: WAITS }, (_, index) =>
      graphTask(`wait@n${index + 1}`, {
        type: 'wait-for',
        parameters: { cmd: `test -e ${flag}`, interval: 10 },
        timeoutMs: 290_000,
      }),
    );
    const works = Array.from({ length: 5 }, (_, index) =>
      graphTask(`work${index}@n${WAITS + 1}`, { requires: index === 0 ? [] : [`work${index - 1}@n${WAITS + 1}`] }),
    );
    const { deployment } = await bed.deploy({ tasks: [...waits, ...works] });
    const started = () => bed.log(deployment).filter(({ type }) => type === 'attempt-started').length;
    const ended = (name: string) =>
      bed
        .log(deployment)
        .filter(
          (event) => event.type === 'attempt-ended' && event.task.startsWith(name) && event.result.kind === 'exited',
        ).length;
    await waitUntil('all wait and the others have worked', () => started() === WAITS + 5 && ended('work') === 5, {
      timeoutMs: 120_000,
    });
    await waitUntil('nothing runs on the nodes', () => commandsOnNodes() === 0, { timeoutMs: 120_000 });
    expect(ended('wait')).toBe(0);
    writeFileSync(flag, '');
    await waitUntil('all have ended', () => ended('wait') === WAITS, { timeoutMs: 120_000 });
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'succeeded' });
  });
});

it('a wait that was cancelled asks nothing any more when the next deployment asks', async () => {
  const bed = await ExecutorBed.open(1);
  try {
    await bed.startExecutor();
    const journal = join(bed.folder.path, 'journal');
    const asked = (): string[] => (existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : []);
    const cmd = `exec 9>>${journal}.live; flock -n 9 && echo alone >>${journal} || echo twice >>${journal}; sleep 20`;
    const deploy = () => bed.deploy({ tasks: [graphTask('wait@n1', { type: 'wait-for', parameters: { cmd } })] });
    const { deployment, transaction } = await deploy();
    await waitUntil('the question', () => asked().length === 1);
    await bed.control(deployment, 'cancel');
    expect(await bed.end(deployment)).toMatchObject({ outcome: 'cancelled', tasks: { 'wait@n1': 'cancelled' } });
    expect(bed.log(deployment)).toContainEqual(
      expect.objectContaining({ type: 'attempt-ended', result: { kind: 'cancelled', confirmed: true } }),
    );
    await bed.release(transaction);
    const next = await deploy();
    await waitUntil('the next question', () => asked().length === 2);
    expect(asked()).toEqual(['alone', 'alone']);
    await bed.control(next.deployment, 'cancel');
    await bed.end(next.deployment);
  } finally {
    await bed.close();
  }
});
