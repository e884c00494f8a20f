import { join } from 'node:path';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

const examples = join(__dirname, '../../../../examples');
const simulate = (script: string, more = '') => {
  const folder = temporaryFolder({ 'script.json': script });
  const sources = '--bundle web-cluster --cluster-file web-cluster/cluster.yaml';
  return muster(`simulate ${sources} --script ${folder}/script.json ${more}`, { cwd: examples });
};

describe('simulate', () => {
  it('runs a plan and never two application servers at once', async () => {
    const { code, out } = await simulate('{"default":{"duration":2}}', '-o json');
    expect(code).toBe(0);
    const result = JSON.parse(out) as {
      outcome: string;
      nodes: object;
      trace: { at: number; task: string; state: string }[];
    };
    expect(result.outcome).toBe('succeeded');
    expect(Object.keys(result.nodes)).toHaveLength(5);
    let updating = 0;
    for (const { state } of result.trace.filter((it) => it.task.startsWith('app-update@'))) {
      updating += state === 'running' ? 1 : -1;
      expect(updating).toBeLessThanOrEqual(1);
    }
  });

  it('exits 0 for a run that fails, since the simulation worked', async () => {
    const { code, out } = await simulate('{"tasks":{"db-update@db":{"attempts":["failed"]}}}', '-o json --no-trace');
    expect(code).toBe(0);
    const result = JSON.parse(out) as { tasks: Record<string, string> };
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.tasks['app-update@app1']).toBe('blocked');
    expect(result).not.toHaveProperty('trace');
  });

  describe('with a ramp', () => {
    const fileWith = (ramp: string) =>
      temporaryFolder({
        'cluster.yaml': `cluster: web\nrelease: web-cluster@1.0.0\nlimits: { ramps: { app: ${ramp} } }\nnodes:
  proxy: { roles: [proxy] }\n  app1: { roles: [app] }\n  app2: { roles: [app] }\n  app3: { roles: [app] }\n  db: { roles: [db] }\n`,
        'fail.json': '{"tasks":{"app-ready@app1":{"attempts":["failed"]}}}',
      });
    const run = async (ramp: string, more = '') => {
      const folder = fileWith(ramp);
      const files = `--bundle web-cluster --cluster-file ${folder}/cluster.yaml ${more.replace('FOLDER', folder)}`;
      const { out } = await muster(`simulate ${files} -o json`, { cwd: examples });
      return JSON.parse(out) as {
        tasks: Record<string, string>;
        trace: { at: number; task: string; state: string }[];
      };
    };

    it.each(['auto', 'manual'])('begins a wave when the one before has ended well (%s)', async (gate) => {
      const { trace } = await run(`{ steps: [1], gate: ${gate} }`);
      const at = (task: string, state: string) => trace.findIndex((it) => it.task === task && it.state === state);
      expect(at('app-ready@app1', 'succeeded')).toBeGreaterThan(0);
      for (const task of ['web-files@app2', 'app-update@app2', 'app-update@app3'])
        expect(at(task, 'running')).toBeGreaterThan(at('app-ready@app1', 'succeeded'));
    });

    it('does not begin a wave when the one before has not ended well', async () => {
      const { tasks } = await run('{ steps: [1] }', '--script FOLDER/fail.json');
      expect(tasks).toMatchObject({
        ...{ 'app-ready@app1': 'failed', 'ramp.app.1@sync': 'blocked' },
        ...{ 'web-files@app2': 'blocked', 'app-update@app2': 'blocked', 'app-update@app3': 'blocked' },
      });
    });
  });

  it('touches no second application server when the first does not come up', async () => {
    const { out } = await simulate('{"tasks":{"app-update@app1":{"attempts":["failed"]}}}', '-o json --no-trace');
    const result = JSON.parse(out) as { outcome: string; tasks: Record<string, string> };
    expect(result.outcome).toBe('stopped');
    expect(result.tasks).toMatchObject({ 'app-update@app2': 'not-run', 'app-update@app3': 'not-run' });
  });

  it('tells everything that is wrong in a script', async () => {
    const { code, out } = await simulate(
      '{"drainAfter":-1,"ofline":[],"tasks":{"a@1":{"attempts":["maybe"],"takes":3}},"offline":[1]}',
      '-o json',
    );
    expect(code).toBe(1);
    const { problems } = JSON.parse(out) as { problems: { place: { path: string } }[] };
    expect(problems.map((it) => it.place.path).sort()).toEqual([
      'drainAfter',
      'offline',
      'ofline',
      'tasks.a@1.attempts',
      'tasks.a@1.takes',
    ]);
    expect((await simulate('{')).code).toBe(1);
    expect((await simulate('[]')).code).toBe(1);
  });

  it('takes no duration without end', async () => {
    expect((await simulate('{"default":{"duration":1e309}}')).code).toBe(1);
  });

  it('warns of tasks and nodes in a script that the graph does not have', async () => {
    const { code, err } = await simulate('{"tasks":{"db-update@bd":{"duration":3}},"offline":["app9","app1"]}');
    expect(code).toBe(0);
    expect(err).toMatch(/SIMULATION_SCRIPT_UNUSED: task db-update@bd[^]*db-update@db/);
    expect(err).toMatch(/SIMULATION_SCRIPT_UNUSED: node app9/);
    expect(err).not.toMatch(/UNUSED: node app1/);
  });

  it('says of no node that it succeeded when a task of it did not', async () => {
    const { out } = await simulate('{"drainAfter":4}', '-o json --no-trace');
    const { tasks, nodes } = JSON.parse(out) as { tasks: Record<string, string>; nodes: Record<string, string> };
    const unfinished = Object.keys(tasks).filter((task) => tasks[task] === 'not-run' && !task.endsWith('@sync'));
    expect(unfinished.length).toBeGreaterThan(0);
    for (const task of unfinished) expect([task, nodes[task.split('@')[1] ?? '']]).toEqual([task, 'not-run']);
  });

  it('runs relations pairwise to the same end', async () => {
    const run = async (more: string) => JSON.parse((await simulate('{}', `-o json --no-trace ${more}`)).out) as object;
    const { schedulingMs: _raw, ...raw } = (await run('--raw')) as { schedulingMs: number };
    const { schedulingMs: _collapsed, ...collapsed } = (await run('')) as { schedulingMs: number };
    expect(raw).toEqual(collapsed);
  });
});
