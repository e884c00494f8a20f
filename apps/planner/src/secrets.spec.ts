import { gunzipSync } from 'node:zlib';
import { unpackGraph } from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { ALL_TASKS, smallCluster } from './testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from './testing/test-planner.testing';

/** Nothing else looks like it, encoded or not. */
const MARKER = 'zq8vMarkerSecretX7';
const IDENTITY = 'wk3pPrivateKeyMarkerJ2';

describe('a secret', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    expectStatus(await planner.publish(), 201);
    expectStatus(
      await planner.apply(smallCluster(`{ port: 80, password: ${MARKER} }`), {
        identities: { n1: IDENTITY, n2: IDENTITY },
      }),
      200,
    );
  });
  afterAll(() => planner.close());

  /** Every row of every table, as text; bytea shows as hex. */
  async function dump(): Promise<string> {
    const tables: { name: string }[] = await planner.database.query(
      "SELECT table_schema || '.' || table_name AS name FROM information_schema.tables WHERE table_schema IN ('planner', 'artifacts')",
    );
    const rows = await Promise.all(
      tables.map(({ name }) => planner.database.query(`SELECT t::text AS row FROM ${name} t`)),
    );
    return JSON.stringify(rows);
  }

  function traces(text: string, marker: string): string[] {
    const forms = [
      marker,
      Buffer.from(marker).toString('base64').replace(/=+$/, ''),
      Buffer.from(marker).toString('hex'),
    ];
    return forms.filter((form) => text.includes(form));
  }

  it('is in no table, log, event, message, plan or answer', async () => {
    const plan = await planner.post('/api/v1/clusters/c1/plans');
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.succeed(deployment, ALL_TASKS);
    await planner.untilState(transaction, 'succeeded');
    await waitUntil(
      'the feed tells it',
      async () => (await planner.feedOf(transaction)).at(-1)?.type === 'transaction.ended',
    );
    const paths = [
      'clusters/c1',
      'clusters/c1/revisions',
      'clusters/c1/revisions/1',
      'clusters/c1/export',
      'nodes',
      'nodes/n1',
      'events?limit=1000',
      'transactions',
      `transactions/${transaction}`,
    ];
    const answers = await Promise.all(paths.map(async (path) => (await planner.get(`/api/v1/${path}`)).text));
    const graphs = planner.executor.starts.map((start) =>
      start.graph.kind === 'inline' ? gunzipSync(Buffer.from(start.graph.gzip, 'base64')).toString() : '',
    );
    const everything = {
      tables: await dump(),
      log: planner.log.join(''),
      plan: plan.text,
      messages: JSON.stringify(planner.executor.commands),
      graphs: graphs.join('\n'),
      answers: answers.join('\n'),
    };
    for (const [place, text] of Object.entries(everything)) {
      expect(text.length).toBeGreaterThan(place === 'log' ? -1 : 100);
      expect([place, ...traces(text, MARKER), ...traces(text, IDENTITY)]).toEqual([place]);
    }
    expect(graphs.every((graph) => unpackGraph(JSON.parse(graph)).ok)).toBe(true);
  });

  it('would be found if it were there', async () => {
    await planner.database.query(
      "INSERT INTO planner.token (id, hash, name, grants, created_by) VALUES (gen_random_uuid(), 'x', $1, '{}', 'test')",
      [`who ${MARKER}`],
    );
    expect(traces(await dump(), MARKER)).toHaveLength(1);
    await planner.database.query("DELETE FROM planner.token WHERE hash = 'x'");
    await planner.database.query(
      "INSERT INTO planner.output_chunk VALUES ((SELECT id FROM planner.deployment LIMIT 1), 'a@n1', 9, 'stdout', 0, $1)",
      [Buffer.from(MARKER)],
    );
    expect(traces(await dump(), MARKER)).toHaveLength(1);
    await planner.database.query('DELETE FROM planner.output_chunk');
  });

  it('is not repeated by refusals', async () => {
    const sources = [
      smallCluster(`{ port: ${MARKER} }`),
      smallCluster(`{ password: [${MARKER}] }`),
      `cluster: c1\nsettings: { password: ${MARKER}`,
      smallCluster(`{ password: ${MARKER} }`).replace('small@1.0.0', 'none@1.0.0'),
    ];
    for (const source of sources) {
      const response = await planner.apply(source);
      expect(response.status).toBe(422);
      expect(traces(response.text.replaceAll(/"summary":"[^"]*port[^"]*"/g, ''), MARKER)).toEqual([]);
    }
    expect(traces(planner.log.join(''), MARKER)).toEqual([]);
  });

  it('does not appear in the log when the database fails with it in hand', async () => {
    await planner.database.query('ALTER TABLE planner.revision RENAME TO revision_away');
    try {
      const response = await planner.apply(smallCluster(`{ port: 81, password: ${MARKER} }`), {
        identities: { n1: IDENTITY },
      });
      expect([response.status, response.body.problems[0].code]).toEqual([500, 'API_INTERNAL']);
      expect(response.text).not.toContain('revision_away');
      const id = /under ([0-9a-f-]{36})/.exec(response.text)?.[1] ?? 'none';
      expect(planner.log.some((line) => line.includes(id) && line.includes('revision'))).toBe(true);
      expect([...traces(planner.log.join(''), MARKER), ...traces(planner.log.join(''), IDENTITY)]).toEqual([]);
    } finally {
      await planner.database.query('ALTER TABLE planner.revision_away RENAME TO revision');
    }
  });

  it('reaches executors sealed, and opens to what was sent', () => {
    const identity = planner.executor.starts[0]?.nodes[0]?.identity;
    if (identity === undefined) throw new Error('no identity was sent');
    expect(planner.secretBox.open(identity).reveal()).toBe(IDENTITY);
  });
});
