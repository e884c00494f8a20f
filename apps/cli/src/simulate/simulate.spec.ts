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

  it('runs relations pairwise to the same end', async () => {
    const run = async (more: string) => JSON.parse((await simulate('{}', `-o json --no-trace ${more}`)).out) as object;
    const { schedulingMs: _raw, ...raw } = (await run('--raw')) as { schedulingMs: number };
    const { schedulingMs: _collapsed, ...collapsed } = (await run('')) as { schedulingMs: number };
    expect(raw).toEqual(collapsed);
  });
});
