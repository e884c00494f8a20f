import type { Json, JsonObject } from '@muster/model';
import type { ApiOperation, ApiSchema } from '../testing/api-description.testing';
import { examplesOf } from '../testing/api-examples.testing';
import { bundleArchive, SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { type Asked, ContractWorld } from '../testing/contract-world.testing';
import { expectStatus } from '../testing/test-planner.testing';

const VALIDATIONS = '- { id: disk, group: space, roles: [web], task: { type: shell, parameters: { cmd: df } } }\n';
const POWER = { type: 'commands', commands: { 'power-status': 'power status' } };

const put = (world: ContractWorld, path: string, body: object) =>
  world.planner.put(`/api/v1/${path}`, body).then((each) => expectStatus(each, 200));
const post = (world: ContractWorld, path: string, body: object, status = 201) =>
  world.planner.post(`/api/v1/${path}`, body).then((each) => (expectStatus(each, status), each));
/** A node of its own, in no cluster; gives its name. */
const freeNode = async (world: ContractWorld, name: string) => {
  await post(world, 'nodes', {
    ...{ name, address: `${name}.example.net`, hostKey: `SHA256:${name.padEnd(43, 'x')}`, identity: 'key' },
  });
  return name;
};
const cluster = (name: string, release = 'small@1.0.0') =>
  `cluster: ${name}\nrelease: ${release}\nnodes:\n` +
  [1, 2]
    .map(
      (n) =>
        `  ${name}-n${n}: { address: ${name}-n${n}.example.net, hostKey: "SHA256:${`${name}${n}`.padEnd(43, 'y')}", roles: [web] }\n`,
    )
    .join('');
/** A cluster of its own, of two nodes; gives its name. */
const ownCluster = async (world: ContractWorld, name: string, release?: string) => {
  const identities = { [`${name}-n1`]: 'key', [`${name}-n2`]: 'key' };
  await put(world, `clusters/${name}`, { source: cluster(name, release), sourceName: 'c.yaml', identities });
  return name;
};
const archive = async (body: Buffer): Promise<Asked> => ({ body, headers: { 'content-type': 'application/gzip' } });

/**
 * What has to be there first for an operation to succeed, or what it is asked of instead of what is there for all; the
 * rest succeeds in the world as it is. Nothing of a request that has an example is changed but the names in its path.
 */
const STATES: Readonly<Record<string, (world: ContractWorld) => Promise<Asked>>> = {
  readArtifact: async ({ planner }) => {
    const { artifacts, artifactToken } = planner.executor.starts[0] ?? {};
    if (!artifactToken) throw new Error('no token was sent');
    return { token: planner.secretBox.open(artifactToken).reveal(), ids: { digest: artifacts?.[0]?.digest ?? '' } };
  },
  diffRevisions: async () => ({ query: '?from=1&to=head' }),
  publishRelease: async () => archive(await bundleArchive({ 'release.yaml': 'name: more\nversion: 1.0.0\n' })),
  publishPlugin: async () =>
    archive(await bundleArchive({ 'plugin.yaml': 'name: more\nversion: 1.0.0\nreleases: ["small@^1.0.0"]\n' })),
  importCluster: async (world) => {
    await ownCluster(world, 'moved');
    const { url } = world.planner;
    const headers = { authorization: (await world.planner.get('/')).request.getHeader('authorization') };
    const bytes = await (await fetch(`${url}/api/v1/clusters/moved/archive`, { headers })).arrayBuffer();
    await world.planner.delete('/api/v1/clusters/moved').then((each) => expectStatus(each, 204));
    return archive(Buffer.from(bytes));
  },
  usePreset: async ({ planner }) => {
    // The example of cloning makes one of the same name.
    await planner.delete('/api/v1/clusters/copy');
    return {};
  },
  cloneCluster: async ({ planner }) => {
    await planner.delete('/api/v1/clusters/copy');
    return {};
  },
  retireNode: async (world) => ({ ids: { node: await freeNode(world, 'old') } }),
  restoreNode: async (world) => {
    const node = await freeNode(world, 'back');
    await post(world, `nodes/${node}/retire`, {}, 200);
    return { ids: { node } };
  },
  resetNode: async (world) => {
    const node = await freeNode(world, 'again');
    await world.planner.database.query("UPDATE planner.node SET state = 'error' WHERE name = $1", [node]);
    return { ids: { node } };
  },
  removeNode: async (world) => ({ ids: { node: await freeNode(world, 'gone') } }),
  giveProfile: async (world) => {
    await put(world, 'profiles/storage', { rules: ['disks>=1'] });
    return {};
  },
  acceptHostKey: async (world) => {
    // Known by address alone until somebody has compared the key.
    const node = await freeNode(world, 'keyless');
    await world.planner.database.query('UPDATE planner.node SET host_key = NULL WHERE name = $1', [node]);
    world.planner.executor.hostKeys.set(`${node}.example.net`, 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
    return { ids: { node } };
  },
  powerNode: async (world) => {
    await world.planner.patch('/api/v1/clusters/c1', { master: 'n2' }).then((each) => expectStatus(each, 200));
    await put(world, 'nodes/n1/driver', POWER);
    world.planner.executor.inspect = async () => ({ ok: true, body: { power: 'on', output: 'on\n' } });
    return {};
  },
  discoverMachines: async ({ planner }) => {
    planner.executor.inspect = async ({ machines = [] }) => ({
      ok: true,
      body: { machines: machines.map(() => ({ kind: 'silent', detail: 'refused' })) },
    });
    return {};
  },
  archiveProject: async (world) => {
    await post(world, 'projects', { name: 'done' });
    return { ids: { project: 'done' } };
  },
  restoreProject: async (world) => {
    await post(world, 'projects', { name: 'once' });
    await post(world, 'projects/once/archive', {}, 200);
    return { ids: { project: 'once' } };
  },
  runValidations: async (world) => ({ ids: { cluster: await validated(world, 'v1') } }),
  stopValidations: async (world) => {
    const name = await validated(world, 'v2');
    await post(world, `clusters/${name}/validations/run`, {});
    return { ids: { cluster: name } };
  },
  deleteRelease: async ({ planner }) => {
    expectStatus(await planner.publish({ 'release.yaml': 'name: unused\nversion: 1.0.0\n' }), 201);
    return { ids: { name: 'unused', version: '1.0.0' } };
  },
  deleteCluster: async (world) => ({ ids: { cluster: await ownCluster(world, 'ended') } }),
  unassignNode: async (world) => {
    const name = await ownCluster(world, 'smaller');
    return { ids: { cluster: name, node: `${name}-n2` } };
  },
};

async function validated(world: ContractWorld, name: string): Promise<string> {
  const files = { ...SMALL_RELEASE, 'release.yaml': `name: ${name}\nversion: 1.0.0\nroles: { web: {} }\n` };
  expectStatus(await world.planner.publish({ ...files, 'validations/all.yaml': VALIDATIONS }), 201);
  return ownCluster(world, name, `${name}@1.0.0`);
}

/** What changes what others are about comes after these. */
const order = ({ method, id }: ApiOperation): number =>
  method === 'get' ? 0 : method === 'delete' ? 3 : id === 'retireRelease' ? 4 : /^forceClose/.test(id) ? 2 : 1;

describe('the examples of the description', () => {
  let world: ContractWorld;
  beforeAll(async () => {
    world = await ContractWorld.start();
  });
  afterAll(() => world.close());

  it('fit the schemas that they stand in', () => {
    let count = 0;
    const faults: string[] = [];
    const look = (schema: Json | undefined, where: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      if (Array.isArray(schema)) return schema.forEach((each, index) => look(each, `${where}.${index}`));
      if ('example' in schema && !where.endsWith('.properties')) {
        const { example, ...rest } = schema;
        count += 1;
        faults.push(...world.api.faults(rest as ApiSchema, example ?? null).map((fault) => `${where}: ${fault}`));
      }
      for (const [name, each] of Object.entries(schema)) if (name !== 'example') look(each, `${where}.${name}`);
    };
    look(world.api.document as unknown as JsonObject, 'document');
    expect(count).toBeGreaterThan(70);
    expect(faults).toEqual([]);
  });

  it('work, each request in each of its forms, and what comes is as described', async () => {
    const faults: string[] = [];
    const operations = [...world.api.operations].sort((one, other) => order(one) - order(other));
    const unused = new Set(Object.keys(STATES));
    let asked = 0;
    for (const operation of operations) {
      const examples = examplesOf(world.api, operation);
      for (const example of examples.length === 0 ? [undefined] : examples) {
        const { ids, ...state } = (await STATES[operation.id]?.(world)) ?? {};
        unused.delete(operation.id);
        const answer = await world.ask(operation, {
          ...(ids === undefined ? {} : { ids: { ...world.idsOf(operation), ...ids } }),
          ...(example === undefined ? {} : { body: JSON.stringify(example) }),
          ...state,
        });
        asked += 1;
        faults.push(...world.faultsOf(operation, answer));
        if (answer.status >= 300)
          faults.push(`${operation.id}: ${answer.status} for ${JSON.stringify(example)}: ${answer.text.slice(0, 500)}`);
      }
    }
    expect([...unused]).toEqual([]);
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThanOrEqual(operations.length);
  }, 120_000);
});
