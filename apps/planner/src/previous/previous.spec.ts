import type { PlanDto } from '../plans/plan.dto';
import { SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';
import { forgetStates } from './forget-states';

const RELEASE = {
  ...SMALL_RELEASE,
  'release.yaml': `name: ntp
version: 1.0.0
roles: { web: {} }
settings:
  type: object
  properties:
    ntp_servers: { type: array, items: { type: string } }
    password: { type: string, secret: true }
    port: { type: integer }
`,
  'tasks.yaml': `
- id: ntp
  type: shell
  role: [web]
  inputs: { ntp_servers: { yaql_exp: $.ntp_servers } }
  parameters: { cmd: { yaql_exp: '"ntp " + str($.ntp_servers.len())' } }
- { id: login, type: shell, role: [web], inputs: { password: { yaql_exp: $.password } }, parameters: { cmd: login } }
- { id: port, type: shell, role: [web], inputs: { port: { yaql_exp: $.port } }, parameters: { cmd: port } }
- { id: always, type: shell, role: [web], parameters: { cmd: 'true' } }
`,
  'graphs/other/tasks.yaml': `
- { id: ntp, type: shell, role: [web], inputs: { port: { yaql_exp: $.port } }, parameters: { cmd: other } }
`,
};

interface Wish {
  readonly servers?: number;
  readonly password?: string;
  readonly port?: number;
  readonly nodes?: readonly string[];
}

interface Run {
  readonly noop?: boolean;
  readonly force?: boolean;
  readonly tasks?: readonly string[];
  readonly graphs?: readonly string[];
}

describe('what succeeded before', () => {
  let planner: TestPlanner;
  beforeEach(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(RELEASE), 201);
    await apply();
  });
  afterEach(() => planner.close());

  async function apply({ servers = 2, password = 'one', port = 80, nodes = ['n1', 'n2'] }: Wish = {}): Promise<void> {
    const list = Array.from({ length: servers }, (_, at) => `t${at}`).join(', ');
    planner.executor.hostKeys.set('192.0.2.3', `SHA256:${'3'.repeat(43)}`);
    const source = `cluster: c1
release: ntp@1.0.0
settings: { ntp_servers: [${list}], password: ${password}, port: ${port} }
nodes:
${nodes.map((name) => `  ${name}: { address: 192.0.2.${name.slice(1)}, roles: [web] }\n`).join('')}`;
    const identities = Object.fromEntries(nodes.map((name) => [name, 'a key']));
    expectStatus(await planner.apply(source, { identities }), 200);
  }

  async function plan(body: object = {}): Promise<PlanDto> {
    const response = await planner.post('/api/v1/clusters/c1/plans', body);
    expectStatus(response, 200);
    return response.body as PlanDto;
  }

  /** `task: reason` of what would run, except for what always runs. */
  async function changes(body: object = {}): Promise<string[]> {
    const { tasks } = await plan(body);
    const running = tasks.filter(({ action, definition }) => action === 'run' && definition !== 'always');
    return running.map(({ task, reason }) => `${task}: ${reason.text}`);
  }

  /** Deploys; every task that the plan runs succeeds, but for those that end as `ends` says. */
  async function run(body: Run = {}, ends: Readonly<Record<string, 'failed' | 'cancelled'>> = {}): Promise<string> {
    const { noop = false, ...planned } = body;
    const { tasks } = await plan(planned);
    const { transaction, deployment } = await planner.deploy({ ...planned, noop });
    const { executor } = planner;
    await executor.tell(deployment, [{ type: 'accepted' }, { type: 'state-changed', state: 'running', text: null }]);
    for (const { task } of tasks.filter((it) => it.action === 'run')) {
      const end = ends[task] ?? 'succeeded';
      const code = end === 'succeeded' ? 0 : 1;
      await executor.tell(deployment, [
        { type: 'attempt-started', task, attempt: 1 },
        { type: 'attempt-ended', task, attempt: 1, result: { kind: 'exited', code, sizes: { stdout: 0, stderr: 0 } } },
        { type: 'tasks-ended', tasks: [task], state: end },
      ]);
    }
    const state = Object.keys(ends).length > 0 ? 'failed' : 'succeeded';
    await executor.tell(deployment, [{ type: 'state-changed', state, text: null }]);
    await planner.untilState(transaction, state);
    return transaction;
  }

  const count = async (table: string): Promise<number> =>
    Number((await planner.database.query(`SELECT count(*) AS n FROM planner.${table}`))[0].n);

  it('does not run again, unless something that it reads has changed', async () => {
    expect(await changes()).toEqual(
      ['login@n1', 'login@n2', 'ntp@n1', 'ntp@n2', 'port@n1', 'port@n2'].map(
        (task) => `${task}: New node: nothing has succeeded on it yet.`,
      ),
    );
    await run();
    const { tasks } = await plan();
    const skipped = tasks.filter(({ definition }) => definition !== 'always');
    expect(skipped.map(({ action, reason }) => `${action} ${reason.code}`)).toEqual(
      Array.from({ length: 6 }, () => 'skip unchanged'),
    );
    await apply({ servers: 3 });
    const because = 'Input ntp_servers changed: 2 -> 3 values; its parameters changed: cmd';
    expect(await changes()).toEqual([`ntp@n1: ${because}`, `ntp@n2: ${because}`]);
    await run();
    expect(await changes()).toEqual([]);
    expect(await changes({ force: true })).toHaveLength(6);
  });

  it('counts a secret by its fingerprint, however often it is sealed, and tells only that it changed', async () => {
    await run();
    await apply({ port: 81 });
    await apply({ port: 80 });
    expect(await changes()).toEqual([]);
    await apply({ password: 'another' });
    const because = 'Input password changed: <secret> -> another <secret>';
    expect(await changes()).toEqual([`login@n1: ${because}`, `login@n2: ${because}`]);
  });

  it('is told apart by node', async () => {
    await run();
    await apply({ nodes: ['n1', 'n2', 'n3'] });
    const because = 'New node: nothing has succeeded on it yet.';
    expect(await changes()).toEqual(['login', 'ntp', 'port'].map((id) => `${id}@n3: ${because}`));
    await run({ tasks: ['port'] });
    expect(await changes()).toEqual(
      ['login@n3', 'ntp@n3'].map((task) => `${task}: No earlier success on this node is known.`),
    );
  });

  it('is not called new on a node that was deployed before successes were recorded', async () => {
    const transaction = await run();
    // As after an upgrade from a version without records.
    await planner.database.query("UPDATE planner.deployment SET release = '' WHERE transaction_id = $1", [transaction]);
    await planner.database.query('DELETE FROM planner.last_success');
    await apply({ nodes: ['n1', 'n2', 'n3'] });
    const because = 'The node was deployed by an older version, which kept no record of what succeeded.';
    const isNew = 'New node: nothing has succeeded on it yet.';
    expect(await changes()).toEqual(
      ['login', 'ntp', 'port'].flatMap((id) => [
        ...['n1', 'n2'].map((node) => `${id}@${node}: ${because}`),
        `${id}@n3: ${isNew}`,
      ]),
    );
  });

  it('is told apart by graph type', async () => {
    await run();
    const other = ['ntp@n1', 'ntp@n2'].map((task) => `${task}: No earlier success on this node is known.`);
    expect(await changes({ graphType: 'other' })).toEqual(other);
    await run({ graphs: ['other'] });
    expect(await changes({ graphType: 'other' })).toEqual([]);
    expect(await changes()).toEqual([]);
  });

  it.each(['failed', 'cancelled'] as const)('is forgotten when it is tried again and %s', async (end) => {
    await run();
    await run({ force: true }, { 'ntp@n1': end });
    expect(await changes()).toEqual(['ntp@n1: No earlier success on this node is known.']);
    await run();
    expect(await changes()).toEqual([]);
  });

  it('is forgotten when it is tried again and lost, whatever is decided about it', async () => {
    await run();
    const { transaction, deployment } = await planner.deploy({ force: true });
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'attempt-started', task: 'ntp@n1', attempt: 1 },
      { type: 'attempt-ended', task: 'ntp@n1', attempt: 1, result: { kind: 'lost', detail: 'nobody knows' } },
      { type: 'tasks-ended', tasks: ['ntp@n1'], state: 'skipped' },
      { type: 'tasks-ended', tasks: ['ntp@n2', 'login@n1'], state: 'not-run' },
      { type: 'state-changed', state: 'failed', text: null },
    ]);
    await planner.untilState(transaction, 'failed');
    expect(await changes()).toEqual(['ntp@n1: No earlier success on this node is known.']);
  });

  it('is not what a trial run would have done, nor forgotten by one', async () => {
    await run({ noop: true });
    expect(await changes()).toHaveLength(6);
    expect(await count('task_record')).toBe(0);
    await run();
    await run({ noop: true, force: true }, { 'ntp@n1': 'failed' });
    expect(await changes()).toEqual([]);
  });

  it('is forgotten on a machine that a task makes anew, whatever graph it was done for, but for that task itself', async () => {
    await run();
    await run({ graphs: ['other'] });
    const { transaction, deployment } = await planner.deploy({ force: true, tasks: ['ntp@n1', 'port@n1'] });
    await planner.database.query("UPDATE planner.task_record SET resets = true WHERE task = 'ntp@n1'");
    await planner.executor.succeed(deployment, ['ntp@n1']);
    await planner.untilState(transaction, 'succeeded');
    const because = 'No earlier success on this node is known.';
    expect(await changes()).toEqual(['login', 'port'].map((id) => `${id}@n1: ${because}`));
    expect(await changes({ graphType: 'other' })).toEqual([`ntp@n1: ${because}`]);
  });

  it('counts for nothing on a machine that was replaced', async () => {
    await run();
    await planner.database.query("UPDATE planner.node SET host_key = 'SHA256:another' WHERE name = 'n2'");
    const because = 'New node: nothing has succeeded on it yet.';
    expect(await changes()).toEqual(['login', 'ntp', 'port'].map((id) => `${id}@n2: ${because}`));
  });

  it('is not changed by an older outcome that arrives late', async () => {
    await run();
    await planner.database.query(
      "UPDATE planner.last_success SET at = now() + interval '1 hour' WHERE definition = 'ntp'",
    );
    await run({ force: true }, { 'ntp@n1': 'failed', 'port@n1': 'failed' });
    expect(await changes()).toEqual(['port@n1: No earlier success on this node is known.']);
  });

  it('goes with its cluster', async () => {
    await run();
    expect(await count('last_success')).toBe(8);
    expectStatus(await planner.delete('/api/v1/clusters/c1?keep=true').set('idempotency-key', 'deleting'), 204);
    expect(await count('last_success')).toBe(0);
  });

  it('is part of a plan that was approved, as far as it was looked at', async () => {
    const { digest: first } = await plan();
    await run();
    const stale = await planner.post('/api/v1/transactions', { cluster: 'c1', plan: first });
    expect(stale.status).toBe(409);
    expect(stale.body.problems[0].detail).toContain(
      'changed: login@n1 (action: Nothing changed since it last succeeded on this node), login@n2 (action: ',
    );
    const { digest } = await plan({ tasks: ['always'] });
    await run({ tasks: ['always'], force: true });
    // It declares no inputs, so nothing of its past was looked at.
    expect((await planner.post('/api/v1/transactions', { cluster: 'c1', plan: digest })).status).toBe(201);
  });

  it('tells how long tasks take: there, else on other nodes, else in other clusters of the release', async () => {
    await run();
    await run({ force: true });
    const rows = await planner.database.query('SELECT cardinality(durations) AS n FROM planner.last_success');
    expect(new Set(rows.map((row: { n: number }) => row.n))).toEqual(new Set([2]));
    for (let times = 0; times < 4; times++) await run({ force: true, tasks: ['port@n1'] });
    const [kept] = await planner.database.query(
      "SELECT cardinality(durations) AS n FROM planner.last_success WHERE definition = 'port' AND node = 'n1'",
    );
    expect(kept.n).toBe(5);

    await apply({ nodes: ['n1', 'n2', 'n3'] });
    const durations = { 'login@n1': '{9000,1000,2000}', 'login@n2': '{4000}', 'ntp@n1': '{}', 'ntp@n2': '{}' };
    for (const [task, ms] of Object.entries(durations)) {
      const update = "UPDATE planner.last_success SET durations = $1 WHERE definition || '@' || node = $2";
      await planner.database.query(update, [ms, task]);
    }
    const expected = async (): Promise<Record<string, number | null>> =>
      Object.fromEntries((await plan({ force: true })).tasks.map(({ task, expectedMs }) => [task, expectedMs]));
    expect(await expected()).toMatchObject({ 'login@n1': 2000, 'login@n2': 4000, 'login@n3': 2000, 'ntp@n1': null });

    const other = '00000000-0000-4000-8000-000000000002';
    await planner.database.query(
      `INSERT INTO planner.cluster (id, project, name, head_revision) VALUES ($1, 'default', 'other', 0)`,
      [other],
    );
    await planner.database.query(
      `INSERT INTO planner.last_success (cluster_id, graph_type, definition, node, release, common, own, durations, transaction_id, at)
       SELECT $1, 'default', 'ntp', node, release, '', '', ms, $1, now()
       FROM (VALUES ('a', 'ntp', '{5000}'::int[]), ('b', 'ntp', '{7000}'), ('c', 'ntp', '{8000}'), ('d', 'unlike', '{1}'))
         AS v (node, release, ms)`,
      [other],
    );
    expect(await expected()).toMatchObject({ 'login@n3': 2000, 'ntp@n1': 7000, 'ntp@n3': 7000 });
    expect((await plan({ force: true, tasks: ['ntp'] })).expectedMs).toBe(7000);
  });

  it('is stored once, secrets sealed, and kept as long as something refers to it', async () => {
    await run();
    // The common part, and one part of each node.
    expect(await count('expected_state')).toBe(3);
    await apply({ servers: 3 });
    await run();
    expect(await count('expected_state')).toBe(4);
    const [{ text }] = await planner.database.query(
      "SELECT string_agg(content::text, '') AS text FROM planner.expected_state",
    );
    expect(text).toContain('"$sealed"');
    expect(text).not.toContain('"one"');
    expect([await count('task_record'), await count('deployment_place')]).toEqual([0, 0]);

    const age = "UPDATE planner.expected_state SET used_at = now() - interval '2 days'";
    await planner.database.query(age);
    await forgetStates(planner.database.manager);
    // Tasks that did not run the second time still refer to the first common part.
    expect(await count('expected_state')).toBe(4);
    await run({ force: true });
    await planner.database.query(age);
    await forgetStates(planner.database.manager);
    expect(await count('expected_state')).toBe(3);
    expect(await changes()).toEqual([]);
  });
});
