import request from 'supertest';
import { ApiDescription, type ApiSchema } from '../testing/api-description.testing';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from '../testing/test-planner.testing';

/** Every one of them would do harm in a command line of ssh, in a shell, in a file of one line each, in a path, or on a terminal. */
const HOSTILE = [
  '-oProxyCommand=touch /tmp/x',
  'a\nProxyCommand touch /tmp/x',
  'a\rb',
  '$(touch /tmp/x)',
  '`touch /tmp/x`',
  'a; touch /tmp/x',
  "a' || touch /tmp/x '",
  'a | touch /tmp/x',
  '../../etc/passwd',
  'a\u001b[31mb',
  'a\u0000b',
  '/srv/$(touch /tmp/x)',
  '/srv/a\nb',
];

/** What takes any text, and why it does no harm there. */
const FREE: Readonly<Record<string, string>> = {
  reason: 'kept for the record and shown, never used',
  stateDir: 'one word of a shell, quoted (libs/remote: shell-words.prop.spec, hostile-folder.spec)',
  identity: 'sealed; read as a private key by the SSH library, never by a program or from a file',
};

interface Told {
  readonly problems: readonly { readonly place?: { readonly path?: string } }[];
}

describe('hostile text in the fields of nodes', () => {
  let planner: TestPlanner;
  let api: ApiDescription;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    api = new ApiDescription((await planner.get('/api/openapi.json')).body as never);
  });
  afterAll(() => planner.close());
  beforeEach(() => planner.clear());

  const hostKey = `SHA256:${'1'.repeat(43)}`;
  const good = { name: 'n1', address: '192.0.2.1', hostKey };

  /** Fields of one thing, as the description tells: what is added there is tried here without being named. */
  const fieldsOf = (schema: ApiSchema): readonly string[] => {
    const { properties, oneOf, anyOf } = api.resolve(schema) as ApiSchema & {
      properties?: Record<string, ApiSchema>;
      oneOf?: ApiSchema[];
      anyOf?: ApiSchema[];
    };
    const variants = [...(oneOf ?? []), ...(anyOf ?? [])].flatMap((each) => [...fieldsOf(each)]);
    return [...new Set([...Object.keys(properties ?? {}), ...variants])];
  };
  const bodyOf = (id: string): ApiSchema => {
    const schema = api.operations.find((each) => each.id === id)?.bodies['application/json']?.schema;
    if (schema === undefined) throw new Error(`${id} takes no body`);
    return schema;
  };

  it('is refused in every field by which a node is registered, alone or in a list', async () => {
    const fields = fieldsOf(bodyOf('registerNodes')).filter((field) => field !== 'nodes');
    expect(fields).toEqual(
      expect.arrayContaining(['name', 'address', 'port', 'user', 'become', 'jump', 'stateDir', 'labels']),
    );
    const taken: string[] = [];
    for (const field of fields)
      for (const value of HOSTILE)
        for (const sent of [value, [value], { a: value }]) {
          for (const inList of [false, true]) {
            const one = { ...good, [field]: sent };
            const answer = await planner.post('/api/v1/nodes', inList ? { nodes: [one] } : one);
            if (answer.status === 201) taken.push(field);
            else expect([field, sent, answer.status]).toEqual([field, sent, 400]);
            const places = ((answer.body as Partial<Told>).problems ?? []).map(({ place }) => place?.path ?? '');
            if (answer.status === 400)
              expect([field, sent, places.some((path) => path.includes(field) || path === '')]).toEqual([
                field,
                sent,
                true,
              ]);
          }
        }
    expect([...new Set(taken)].filter((field) => FREE[field] === undefined)).toEqual([]);
    expect((await planner.get('/api/v1/nodes')).body.items).toMatchObject([good]);
  }, 300_000);

  it.each(['srv', '~', '/', '', '/srv/../etc', '/srv/a\nb', '/srv/\u001b[31m', `/${'x'.repeat(500)}`])(
    'is no folder for state: %j',
    async (stateDir) => {
      const { status, body } = await planner.post('/api/v1/nodes', { ...good, stateDir });
      expect([status, (body as Told).problems[0]?.place?.path]).toEqual([400, 'stateDir']);
    },
  );

  it('is refused, or of no effect, in every field of every other write about a node', async () => {
    expectStatus(await planner.post('/api/v1/nodes', good), 201);
    const writes = api.operations.filter(
      ({ path, method }) => path.startsWith('/api/v1/nodes/{node}') && !['get', 'delete'].includes(method),
    );
    const tried: string[] = [];
    const taken = new Set<string>();
    for (const { id, method, path, bodies } of writes) {
      const type = Object.keys(bodies)[0];
      const schema = type === undefined ? undefined : bodies[type]?.schema;
      if (schema === undefined) continue;
      for (const field of fieldsOf(schema)) {
        tried.push(`${id} ${field}`);
        for (const value of HOSTILE) {
          const agent = request(planner.url);
          const answer = await agent[method](path.replace('{node}', 'n1'))
            .set('authorization', `Bearer ${ADMIN_TOKEN}`)
            .set('content-type', type ?? 'application/json')
            .send(JSON.stringify({ [field]: value }));
          expect([id, field, value, answer.status < 500 || answer.status === 503]).toEqual([id, field, value, true]);
          if (answer.status < 400) taken.add(field);
        }
      }
    }
    expect(tried).not.toEqual([]);
    expect([...taken].filter((field) => FREE[field] === undefined)).toEqual([]);
    expect((await planner.get('/api/v1/nodes')).body.items).toMatchObject([good]);
  }, 300_000);
});
