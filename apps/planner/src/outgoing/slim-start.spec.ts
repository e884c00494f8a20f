import { SecretValue } from '@muster/model';
import { besideStart, type NodeAccessMessage, type StartDeployment } from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { generateKeyPairSync } from 'node:crypto';
import { TestPlanner } from '../testing/test-planner.testing';
import { slimStart } from './slim-start';

const MEBIBYTE = 1024 * 1024;
const NODES = 1000;

describe('a start command', () => {
  let planner: TestPlanner;
  let start: StartDeployment;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    const { deployment } = await planner.deploy();
    start = planner.executor.starts.find((each) => each.deployment === deployment) as StartDeployment;
  });
  afterAll(() => planner.close());

  /** A thousand nodes with the largest keys in use. */
  const manyNodes = (): NodeAccessMessage[] => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const [node] = start.nodes as [NodeAccessMessage];
    return Array.from({ length: NODES }, (_, index) => ({
      ...node,
      name: `node-${index}.example.org`,
      identity: planner.secretBox.seal(new SecretValue(pem)),
    }));
  };
  const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

  it('goes as it is where it is small', async () => {
    expect(start.graph.kind).toBe('inline');
    expect(await slimStart(planner.database.manager, planner.artifactStore, start)).toBe(start);
  });

  it(`of ${NODES} nodes stays below a mebibyte: what is large goes as an artifact that its token opens`, async () => {
    const large = { ...start, nodes: manyNodes() };
    expect(bytesOf(large)).toBeGreaterThan(MEBIBYTE);
    const sent = await slimStart(planner.database.manager, planner.artifactStore, large);
    expect(bytesOf(sent)).toBeLessThan(4096);
    const digest = sent.graph.kind === 'beside' ? sent.graph.digest : '';
    const { graph, nodes, artifacts } = large;
    expect(besideStart.parse(JSON.parse(await planner.artifact(digest)))).toEqual({ graph, nodes, artifacts });
    // Sent again, it is the same.
    expect(await slimStart(planner.database.manager, planner.artifactStore, large)).toEqual(sent);
    const opened = await planner.database.query(
      'SELECT count(*)::int AS times FROM planner.deployment, unnest(artifacts) AS opened WHERE id = $1 AND opened = $2',
      [start.deployment, digest],
    );
    expect(opened).toEqual([{ times: 1 }]);
  });

  it('that is too large all the same is refused, and not sent for ever', async () => {
    const { transaction, deployment } = await planner.deploy();
    const who = 'x'.repeat(2_000_000);
    await planner.database.query(
      `INSERT INTO planner.outgoing (id, kind, deployment_id, position, body)
       VALUES (gen_random_uuid(), 'control', $1, 99, $2)`,
      [deployment, JSON.stringify({ deployment, verb: 'pause', who, why: null })],
    );
    const refused = async () =>
      (await planner.database.query('SELECT refused FROM planner.outgoing WHERE position = 99'))[0].refused;
    await waitUntil('it is refused', async () => (await refused()) !== null);
    expect((await refused())[0]).toMatchObject({
      code: 'API_INVALID',
      summary: expect.stringContaining('larger than'),
    });
    expect(transaction).toBeDefined();
  });
});
