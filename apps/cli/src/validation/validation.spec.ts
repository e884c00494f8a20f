import { FakePlanner, status } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

const member = { node: 'n1', result: 'failed', text: 'exit code 3', exitCode: 3, at: '2026-01-01', transaction: 't1' };
const groups = {
  items: [
    {
      group: 'space',
      validations: [
        {
          ...{ id: 'disk', title: 'Space', severity: 'fatal', stage: 'before', task: 'b', graphs: ['default'] },
          ...{ owner: 'release a@1.0.0', type: 'shell', members: [member] },
        },
      ],
    },
  ],
};

describe('validations', () => {
  let planner: FakePlanner;
  beforeEach(async () => {
    planner = await FakePlanner.start();
    planner.answer('GET /clusters/c1/validations', groups);
  });
  afterEach(() => planner.close());
  const run = (line: string) => muster(line, { env: { MUSTER_SERVER: planner.url } });

  it('are listed, and their results by node', async () => {
    const listed = await run('validation list c1');
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining('before b') });
    const results = await run('validation results c1 -o json');
    expect(JSON.parse(results.out)).toEqual([{ group: 'space', validation: 'disk', severity: 'fatal', ...member }]);
    expect((await run('validation results c1')).out).toContain('exit code 3');
  });

  it('have a section in the status of a transaction', async () => {
    const members = [
      { node: 'n1', graph: 'default', result: 'warned', since: '2026-01-02T03:04:05.678Z', text: 'off' },
    ];
    const clock = { id: 'clock', title: null, severity: 'warning', stage: 'pre-deployment', members };
    const it = { ...status('succeeded-with-skips'), validations: [{ group: 'net', validations: [clock] }] };
    planner.answer('GET /transactions/t1', it);
    expect((await run('status t1')).out).toMatch(
      /\nvalidations\nGROUP +VALIDATION.*\nnet +clock +warning +n1 +warned +2026-01-02T03:04:05.678Z +off\n/,
    );
    planner.answer('GET /transactions/t1', status('succeeded'));
    expect((await run('status t1')).out).not.toContain('VALIDATION');
  });

  it('are run by group, id and node, and stopped', async () => {
    planner.answer('POST /clusters/c1/validations/run', { transaction: 't1' }, 201);
    const started = await run('validation run c1 --group space --validation disk --nodes n1,n2 --reason why -o json');
    expect([started.code, JSON.parse(started.out)]).toEqual([0, { transaction: 't1' }]);
    expect(JSON.parse(planner.seen.at(-1)?.body ?? '')).toEqual({
      ...{ groups: ['space'], validations: ['disk'], nodes: ['n1', 'n2'], reason: 'why' },
    });
    planner.answer('POST /clusters/c1/validations/stop', { transactions: ['t1'] }, 202);
    expect(await run('validation stop c1')).toMatchObject({ code: 0, out: 'transaction t1 is being cancelled\n' });
  });

  it('are shown in a plan from files, and a fatal one blocks all in a simulation while a warning does not', async () => {
    const cwd = temporaryFolder({
      'b/tasks.yaml': '- { id: a, type: shell, roles: [web], parameters: { cmd: x } }\n',
      'b/release.yaml': 'name: a\nversion: 1.0.0\nroles: { web: { faultTolerance: 1 } }\n',
      'b/validations/v.yaml':
        '- { id: disk, roles: [web], task: { type: shell, parameters: { cmd: df } } }\n- { id: slow, severity: warning, roles: [web], task: { type: shell, parameters: { cmd: x } } }\n',
      'cluster.yaml': 'cluster: c\nnodes:\n  n1: { roles: [web] }\n  n2: { roles: [web] }\n',
      'fatal.json': '{"tasks": {"validation.disk@n1": {"attempts": ["failed"]}}}',
      'warning.json': '{"tasks": {"validation.slow@n1": {"attempts": ["failed"]}}}',
    });
    const files = '--bundle b --cluster-file cluster.yaml';
    const plan = await muster(`plan --offline ${files}`, { cwd });
    expect([plan.code, plan.out]).toEqual([0, expect.stringContaining('validation.disk@n1')]);
    const simulated = async (script: string) => {
      const { out } = await muster(`simulate ${files} --script ${script} --no-trace -o json`, { cwd });
      return JSON.parse(out) as { outcome: string; tasks: Record<string, string> };
    };
    const fatal = await simulated('fatal.json');
    expect([fatal.tasks['a@n1'], fatal.tasks['a@n2']].every((state) => state !== 'succeeded')).toBe(true);
    // The role tolerates a failing node; a check that keeps everything back is no such thing.
    expect(fatal.outcome).toBe('failed');
    const warning = await simulated('warning.json');
    expect(warning).toMatchObject({
      outcome: 'succeeded-with-skips',
      tasks: { 'a@n1': 'succeeded', 'a@n2': 'succeeded', 'validation.slow@n1': 'skipped' },
    });
  });
});
