import { DEPLOYMENT_STATES, type DeploymentStatus } from '@muster/model';
import { exitCodeOf } from './exit-code';
import { FakePlanner, status } from './fake-planner.testing';
import { memoryIo, muster } from './memory-io.testing';
import { runCli } from './run-cli';

let planner: FakePlanner;
beforeEach(async () => {
  planner = await FakePlanner.start();
});
afterEach(() => planner.close());

const run = (line: string) => muster(line, { env: { MUSTER_SERVER: planner.url } });

const plan = (action: string) => ({
  digest: 'sha256:0',
  graphType: 'default',
  cluster: 'a',
  barriers: [],
  faultTolerance: [],
  criticalPath: [],
  expectedMs: 0,
  problems: [],
  tasks: [
    {
      task: 'x@1',
      definition: 'x',
      node: '1',
      type: 'shell',
      action,
      reason: { code: 'c', text: 'new' },
      requires: [],
      parameters: {},
      limit: null,
      expectedMs: null,
    },
  ],
});

describe('the exit code', () => {
  it('is 0 for success', async () => {
    planner.answer('POST /transactions', { transaction: 't1' }, 201);
    expect(await run('deploy a -o json')).toMatchObject({ code: 0, out: '{"transaction":"t1"}\n' });
  });

  it('is 1 for a local error and for input that is wrong', async () => {
    expect(await run('cluster apply -f nowhere.yaml')).toMatchObject({ code: 1 });
    planner.refuse('POST /clusters/a/plans', 422, 'PLAN_CYCLE');
    const refused = await run('plan a -o json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ problems: [{ code: 'PLAN_CYCLE' }] });
    expect(refused.err).toContain('PLAN_CYCLE');
  });

  it('is 2 for a plan with changes, and only when asked for', async () => {
    planner.answer('POST /clusters/a/plans', plan('run'));
    expect(await run('plan a')).toMatchObject({ code: 0 });
    expect(await run('plan a --detailed-exitcode')).toMatchObject({ code: 2 });
    planner.answer('POST /clusters/a/plans', plan('skip'));
    expect(await run('plan a --detailed-exitcode')).toMatchObject({ code: 0 });
  });

  const outcomes: readonly (readonly [DeploymentStatus, number])[] = [
    ['succeeded', 0],
    ['failed', 3],
    ['stopped', 4],
    ['cancelled', 5],
    ['succeeded-with-skips', 9],
    ['succeeded-with-failures', 9],
    ['pending', 6],
    ['running', 6],
    ['paused', 6],
    ['draining', 6],
  ];
  it.each(outcomes)('after waiting for a transaction that is %s is %d', async (state, code) => {
    planner.answer('GET /transactions/t1', status(state));
    planner.answer('POST /transactions', { transaction: 't1' }, 201);
    const watched = await run('watch t1 --timeout 0.1');
    expect(watched.code).toBe(code);
    const deployed = await run('deploy a --wait --timeout 0.1 -o json');
    expect(deployed.code).toBe(code);
    expect(
      deployed.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ transaction: 't1' }, { transaction: 't1', state }]);
  });

  it('covers every state', () => {
    expect(outcomes.map(([state]) => state).sort()).toEqual([...DEPLOYMENT_STATES].sort());
    for (const state of DEPLOYMENT_STATES) expect(typeof exitCodeOf(state)).toBe('number');
  });

  it('is 6 after Ctrl-C while waiting, with a word on how to come back', async () => {
    planner.answer('GET /transactions/t1', status('running'));
    const io = memoryIo({ env: { MUSTER_SERVER: planner.url } });
    const waiting = runCli(['watch', 't1'], io);
    while (!planner.seen.some((it) => it.url.includes('/events')))
      await new Promise((resolve) => setImmediate(resolve));
    io.interrupt();
    expect(await waiting).toBe(6);
    expect(io.stderr.text).toContain('muster watch t1');
  });

  it('is 7 when the server is unreachable', async () => {
    await planner.close();
    const { code, out, err } = await run('status t1 -o json');
    expect(code).toBe(7);
    expect(JSON.parse(out)).toMatchObject({ problems: [{ code: 'SERVER_UNREACHABLE' }] });
    expect(err).toContain('muster server');
    planner = await FakePlanner.start();
  });

  describe('when events cannot be read any more while waiting', () => {
    /** Each event stream breaks at once, and so often that it is given up; pauses between tries take no time. */
    const wait = async (): Promise<{ code: number; err: string }> => {
      planner.route('GET /events', (response) => response.writeHead(500).end());
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance'] });
      try {
        const io = memoryIo({ env: { MUSTER_SERVER: planner.url } });
        let code: number | null = null;
        void runCli(['watch', 't1'], io).then((it) => (code = it));
        while (code === null) {
          await new Promise((resolve) => setImmediate(resolve));
          jest.advanceTimersByTime(5_000);
        }
        return { code, err: io.stderr.text };
      } finally {
        jest.useRealTimers();
      }
    };

    it('is 6 if the server still says that it runs, and that of the outcome if it says that it has ended', async () => {
      planner.answer('GET /transactions/t1', status('running'));
      const { code, err } = await wait();
      expect([code, err]).toEqual([6, expect.stringContaining('Come back with: muster watch t1')]);
      let asked = 0;
      planner.answer('GET /transactions/t1', () => status(asked++ === 0 ? 'running' : 'cancelled'));
      expect((await wait()).code).toBe(5);
    });

    it('is 7 if it says nothing either, with a word on how to come back', async () => {
      let asked = 0;
      planner.route('GET /transactions/t1', (response) => {
        if (asked++ > 0) response.destroy();
        else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(status('running')));
      });
      const { code, err } = await wait();
      expect([code, err]).toEqual([
        7,
        expect.stringContaining('events cannot be read any more; the transaction goes on'),
      ]);
    });
  });

  it.each([
    [409, 'DEPLOY_STALE_PLAN'],
    [409, 'DEPLOY_NODE_CLAIMED'],
    [403, 'API_FORBIDDEN'],
    [401, 'API_UNAUTHENTICATED'],
  ])('is 8 when refused with %d (%s)', async (refusal, code) => {
    planner.refuse('POST /transactions', refusal, code);
    expect(await run('deploy a --plan sha256:0')).toMatchObject({ code: 8, out: '' });
  });
});
