import type { TaskEnd } from '@muster/model';
import { SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const RELEASE = {
  ...SMALL_RELEASE,
  'release.yaml': 'name: marking\nversion: 1.0.0\nroles: { web: {} }\n',
  'graphs/default/graph.yaml': `node_filter: $.status != provisioned
on_success: { node_attributes: { status: provisioned, error: null } }
on_error: { node_attributes: { status: error, error: provision } }
on_stop: { node_attributes: { status: stopped } }
`,
};
const CLUSTER = `cluster: c1
release: marking@1.0.0
nodes:
  n1: { address: 192.0.2.1, roles: [web] }
  n2: { address: 192.0.2.2, roles: [web] }
`;

describe('what the metadata of a graph says of its nodes', () => {
  let planner: TestPlanner;
  beforeEach(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(RELEASE), 201);
    expectStatus(await planner.apply(CLUSTER), 200);
  });
  afterEach(() => planner.close());

  async function attributes(): Promise<Record<string, object>> {
    const { items } = (await planner.get('/api/v1/nodes')).body as { items: { name: string; attributes: object }[] };
    return Object.fromEntries(items.map(({ name, attributes: own }) => [name, own]));
  }

  async function run(ends: Readonly<Record<string, TaskEnd>>, state: 'succeeded' | 'failed' | 'stopped', body = {}) {
    const { transaction, deployment } = await planner.deploy(body);
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      ...Object.entries(ends).map(([task, end]) => ({ type: 'tasks-ended' as const, tasks: [task], state: end })),
      { type: 'state-changed', state, text: null },
    ]);
    await planner.untilState(transaction, state);
  }

  const planned = async (): Promise<string[]> =>
    (await planner.post('/api/v1/clusters/c1/plans')).body.tasks.map(({ task }: { task: string }) => task);

  it('is written when it has succeeded, and read by its filter', async () => {
    expect(await attributes()).toEqual({ n1: {}, n2: {} });
    await run({ 'a@n1': 'succeeded', 'b@n1': 'succeeded' }, 'succeeded', { nodes: ['n1'] });
    // The other one was not selected, so it took no part.
    expect(await attributes()).toEqual({ n1: { status: 'provisioned', error: null }, n2: {} });
    expect((await planner.get('/api/v1/nodes/n1')).body.attributes).toEqual({ status: 'provisioned', error: null });
    expect(await planned()).toEqual(['a@n2', 'b@n2']);
  });

  it('tells nodes where a task failed from those that are as they should be', async () => {
    await run({ 'a@n1': 'succeeded', 'b@n1': 'succeeded', 'a@n2': 'failed', 'b@n2': 'blocked' }, 'failed');
    expect(await attributes()).toEqual({
      n1: { status: 'provisioned', error: null },
      n2: { status: 'error', error: 'provision' },
    });
    await run({ 'a@n2': 'succeeded', 'b@n2': 'skipped' }, 'succeeded');
    expect((await attributes())['n2']).toEqual({ status: 'provisioned', error: null });
  });

  it('tells nodes that were not finished when it was stopped, and those only', async () => {
    await run({ 'a@n1': 'succeeded', 'b@n1': 'not-run', 'a@n2': 'failed', 'b@n2': 'not-run' }, 'stopped');
    expect(await attributes()).toEqual({ n1: { status: 'stopped' }, n2: { status: 'error', error: 'provision' } });
  });

  it('is not written by a trial run, nor about what was merely blocked', async () => {
    await run({ 'a@n1': 'succeeded', 'b@n1': 'succeeded', 'a@n2': 'succeeded', 'b@n2': 'succeeded' }, 'succeeded', {
      noop: true,
    });
    await run({ 'a@n1': 'blocked', 'b@n1': 'blocked', 'a@n2': 'failed', 'b@n2': 'blocked' }, 'failed');
    expect(await attributes()).toEqual({ n1: {}, n2: { status: 'error', error: 'provision' } });
  });

  it('is kept when the cluster changes, and forgotten with its place in it', async () => {
    await run({ 'a@n1': 'succeeded', 'b@n1': 'succeeded', 'a@n2': 'succeeded', 'b@n2': 'succeeded' }, 'succeeded');
    const without = CLUSTER.replace(/ {2}n2.*\n/, '');
    expectStatus(await planner.apply(without, { identities: {} }), 200);
    expectStatus(await planner.apply(CLUSTER), 200);
    expect(await attributes()).toEqual({ n1: { status: 'provisioned', error: null }, n2: {} });
  });

  it('does not let attributes grow without end', async () => {
    await planner.database.query(`UPDATE planner.node SET attributes = jsonb_build_object('x', repeat('y', 16370))`);
    await run({ 'a@n1': 'succeeded', 'b@n1': 'succeeded', 'a@n2': 'succeeded', 'b@n2': 'succeeded' }, 'succeeded');
    expect(Object.keys((await attributes())['n1'] ?? {})).toEqual(['x']);
  });
});
