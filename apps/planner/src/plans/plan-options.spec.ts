import { gunzipSync } from 'node:zlib';
import { putParametersBack, unpackGraph } from '@muster/protocol';
import { SMALL_RELEASE, smallCluster } from '../testing/bundle-archive.testing';
import type { PlanDto } from './plan.dto';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const RELEASE = {
  ...SMALL_RELEASE,
  'release.yaml': `${SMALL_RELEASE['release.yaml']}sequences: { both: [default, verify] }\n`,
  'tasks.yaml': `- { id: a, type: shell, role: [web], parameters: { cmd: echo a } }
- { id: b, type: shell, role: [web], requires: [a], parameters: { cmd: echo b } }
- { id: c, type: shell, role: [web], requires: [b], parameters: { cmd: echo c }, expected: 5 }
`,
};
const PLANS = '/api/v1/clusters/c1/plans';

describe('what is asked of a plan', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(RELEASE), 201);
    expectStatus(await planner.apply(), 200);
  });
  afterAll(() => planner.close());

  async function plan(body: object): Promise<PlanDto> {
    const response = await planner.post(PLANS, body);
    expectStatus(response, 200);
    return response.body as PlanDto;
  }
  const running = ({ tasks }: PlanDto) => tasks.filter((it) => it.action === 'run').map((it) => it.task);
  async function refusal(path: string, body: object): Promise<[number, string, string]> {
    const { status, body: answer } = await planner.post(path, body);
    const [problem] = (answer as { problems: { code: string; summary: string; remedy: string }[] }).problems;
    return [status, problem?.code ?? '', `${problem?.summary} ${problem?.remedy}`];
  }

  it('is how long it takes, with other limits too', async () => {
    // Two nodes at once, then one after the other: five seconds and two tasks of a second each.
    const { expectedMs, whatIf } = await plan({ whatIf: { nodes: 1 } });
    expect([expectedMs, whatIf]).toEqual([7000, { limits: { nodes: 1 }, expectedMs: 14_000 }]);
    expect((await refusal(PLANS, { whatIf: { 'role:none': 2 } })).slice(0, 2)).toEqual([422, 'PLAN_UNKNOWN_LIMIT']);
    for (const whatIf of [{ nodes: 0 }, { nodes: 'many' }, { nodes: 1.5 }, [1], 'nodes'])
      expect((await refusal(PLANS, { whatIf })).slice(0, 2)).toEqual([400, 'API_INVALID']);
  });

  it('is a subgraph, and what it needs', async () => {
    expect(running(await plan({ subgraphs: ['b/n1:c'] }))).toEqual(['b@n1', 'c@n1']);
    expect(running(await plan({ tasks: ['c@n2'], fetchDeps: true }))).toEqual(['a@n2', 'b@n2', 'c@n2']);
    expect(await refusal(PLANS, { subgraphs: ['nothing:c'] })).toEqual([
      422,
      'PLAN_BAD_SUBGRAPH',
      expect.stringContaining('nothing') as string,
    ]);
  });

  it('is kept with the plan, so that approving it runs that part and no other', async () => {
    const { digest } = await plan({ subgraphs: ['b/n1:c'] });
    const { transaction } = await planner.deploy({ plan: digest, graphs: ['default'] });
    const status = await planner.get(`/api/v1/transactions/${transaction}`);
    expect(status.body.graphs[0].tasks['a@n1']).toMatchObject({ state: 'waiting' });
    const [row] = await planner.database.query('SELECT options FROM planner.transaction WHERE id = $1', [transaction]);
    expect(row.options).toMatchObject({ subgraphs: ['b/n1:c'], fetchDeps: false });
    const [sent] = await planner.database.query('SELECT digest FROM planner.deployment WHERE transaction_id = $1', [
      transaction,
    ]);
    expect(sent.digest).toBe(digest);
    const other = await refusal('/api/v1/transactions', { cluster: 'c1', plan: digest, subgraphs: ['a:c'] });
    expect(other.slice(0, 2)).toEqual([409, 'DEPLOY_STALE_PLAN']);
    const fetching = await refusal('/api/v1/transactions', { cluster: 'c1', plan: digest, fetchDeps: true });
    expect(fetching.slice(0, 2)).toEqual([409, 'DEPLOY_STALE_PLAN']);
  });

  it('holds for every later graph of a transaction', async () => {
    expectStatus(await planner.apply(), 200);
    const { transaction, deployment } = await planner.deploy({ graphs: ['default', 'default'], subgraphs: ['a/n1:b'] });
    await planner.executor.succeed(deployment, ['a@n1', 'b@n1']);
    await planner.untilStarted(transaction, 2);
    const digests = await planner.database.query('SELECT digest FROM planner.deployment WHERE transaction_id = $1', [
      transaction,
    ]);
    const { digest } = await plan({ subgraphs: ['a/n1:b'] });
    expect(digests).toEqual([{ digest }, { digest }]);
  });

  it('is several graphs, or the name of a sequence of them; later ones are provisional', async () => {
    const alone = await plan({});
    const verify = await plan({ graphType: 'verify' });
    for (const asked of [{ graphs: ['default', 'verify'] }, { sequence: 'both' }]) {
      const { later, ...first } = await plan(asked);
      expect(first).toEqual(alone);
      expect(later).toEqual([{ ...verify, provisional: true }]);
    }
    const { transaction } = await planner.deploy({ sequence: 'both' });
    const status = await planner.get(`/api/v1/transactions/${transaction}`);
    expect(status.body.graphs.map((graph: { type: string }) => graph.type)).toEqual(['default', 'verify']);
    for (const path of [PLANS, '/api/v1/transactions']) {
      const more = path === PLANS ? {} : { cluster: 'c1' };
      expect(await refusal(path, { ...more, sequence: 'bth' })).toEqual([
        422,
        'PLAN_UNKNOWN_SEQUENCE',
        expect.stringMatching(/have both .*Did you mean `both`/) as string,
      ]);
      const two = await refusal(path, { ...more, sequence: 'both', graphs: ['default'] });
      expect(two.slice(0, 2)).toEqual([400, 'API_INVALID']);
    }
    expect((await refusal(PLANS, { graphType: 'verify', graphs: ['default'] })).slice(0, 2)).toEqual([
      400,
      'API_INVALID',
    ]);
  });

  it('is refused whole when a later graph cannot be planned', async () => {
    const answer = await refusal(PLANS, { graphs: ['default', 'verfy'] });
    expect(answer).toEqual([422, 'PLAN_UNKNOWN_GRAPH', expect.stringContaining('`verify`') as string]);
  });

  it('must be about the graph that runs first, when it is approved', async () => {
    const { digest } = await plan({ graphType: 'verify' });
    const answer = await refusal('/api/v1/transactions', { cluster: 'c1', plan: digest, graphs: ['default'] });
    expect(answer).toEqual([409, 'DEPLOY_STALE_PLAN', expect.stringContaining('about graph verify') as string]);
  });

  it('sends large parameters beside the graph, also those of a plan that was kept', async () => {
    const cmd = `echo ${'long'.repeat(2000)}`;
    expectStatus(
      await planner.publish({
        'release.yaml': 'name: large\nversion: 1.0.0\nroles: { web: {} }\n',
        'tasks.yaml': `- { id: a, type: shell, role: [web], parameters: { cmd: ${cmd} } }\n`,
      }),
      201,
    );
    expectStatus(await planner.apply(smallCluster().replace('small@', 'large@')), 200);
    const { digest, tasks } = await plan({});
    expect(tasks[0]?.parameters).toEqual({ cmd });
    for (const more of [{}, { plan: digest }]) {
      const { transaction } = await planner.deploy(more);
      const start = planner.executor.starts.find((each) => each.transaction === transaction);
      expect(start?.artifacts).toHaveLength(1);
      const graph =
        start?.graph.kind === 'inline' ? gunzipSync(Buffer.from(start.graph.gzip, 'base64')).toString() : '';
      expect(graph).not.toContain('longlong');
      const back = await putParametersBack(JSON.parse(graph), (wanted) => planner.artifact(wanted));
      expect(unpackGraph(back)).toMatchObject({ ok: true, graph: { tasks: [{ parameters: { cmd } }, {}] } });
    }
    expectStatus(await planner.apply(), 200);
  });

  it('can be looked at again, as it was shown', async () => {
    const shown = await plan({ nodes: ['n1'], whatIf: { nodes: 1 } });
    const { whatIf, ...kept } = shown;
    expect(whatIf).toBeDefined();
    expect((await planner.get(`${PLANS}/${shown.digest}`)).body).toEqual(kept);
    expect((await planner.get(`${PLANS}/sha256:${'0'.repeat(64)}`)).body.problems[0]).toMatchObject({
      code: 'API_NOT_FOUND',
      summary: 'No such plan of cluster c1 is kept.',
    });
    const { digest } = await plan({ nodes: ['n1', 'n2'], raw: true });
    expect((await planner.get(`${PLANS}/${digest}`)).status).toBe(404);
  });

  it('is one that an older version kept, which knew fewer options', async () => {
    const { digest } = await plan({ nodes: ['n2'] });
    await planner.database.query(`UPDATE planner.plan SET options = options - 'subgraphs' - 'fetchDeps'`);
    const { transaction } = await planner.deploy({ plan: digest });
    expect(transaction).toMatch(/-/);
    expectStatus(await planner.apply(smallCluster('{ port: 81 }')), 200);
  });
});
