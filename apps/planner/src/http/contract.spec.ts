import { isAllowed, type Grants, type Role, ROLES } from '../identity/grants';
import type { ApiOperation } from '../testing/api-description.testing';
import { exampleOf } from '../testing/api-examples.testing';
import { type Answer, type Asked, ContractWorld } from '../testing/contract-world.testing';

/** A token is the installation's: whoever administers a project may give it a role there. */
const FOR_ALL = ['setTokenRole'];
const NOWHERE = '00000000-0000-4000-8000-000000000000';
/** How far a webhook has read the feed goes on by itself. */
const READ_UP_TO = /"last":\d+/;
/** Told whole, since they are as long as what people wrote down by hand; the feed goes by its own numbers. */
const WHOLE_LISTS = ['listEventKinds', 'listOptions', 'listPools', 'listValidations', 'readEvents'];
const AT_ONCE = 10;
/** Routes that make what their path names, so that nothing of that name elsewhere is in the way. */
const MAKE = ['applyCluster', 'setPool', 'writeProfile'];

describe('every route of the description', () => {
  let world: ContractWorld;
  let operations: readonly ApiOperation[];
  beforeAll(async () => {
    world = await ContractWorld.start();
    operations = world.api.operations;
  });
  afterAll(() => world.close());

  const closed = () => operations.filter((each) => !each.isOpen);
  const withJson = () => operations.filter((each) => 'application/json' in each.bodies);
  const nowhere = ({ path }: ApiOperation) =>
    Object.fromEntries([...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => [name ?? '', NOWHERE]));
  /** Sends to each of `some`; fails with everything that is wrong with any answer, or of which `wrong` says something. */
  const askAll = async (
    some: readonly ApiOperation[],
    asked: (operation: ApiOperation) => Asked,
    wrong: (answer: Answer, operation: ApiOperation) => string | null,
  ) => {
    const faults: string[] = [];
    const open = [...some];
    const work = async (): Promise<void> => {
      for (let operation = open.pop(); operation !== undefined; operation = open.pop()) {
        const answer = await world.ask(operation, asked(operation));
        faults.push(...world.faultsOf(operation, answer));
        const fault = wrong(answer, operation);
        if (fault !== null) faults.push(`${operation.id}: ${fault}: ${answer.status} ${answer.text.slice(0, 300)}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(some.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  };
  const statusIs =
    (...statuses: number[]) =>
    ({ status }: Answer) =>
      statuses.includes(status) ? null : `not ${statuses.join(' or ')}`;

  it('has something to name in the world that it is tried in', () => expect(world.missing).toEqual([]));

  it('takes an Idempotency-Key if it writes, a cursor if it lists, and If-Match for what has an ETag', () => {
    const takes = ({ parameters }: ApiOperation, ...names: string[]) =>
      names.every((name) => parameters.some((each) => each.name === name));
    const answerOf = ({ responses }: ApiOperation) =>
      world.api.resolve(responses['200']?.content?.['application/json']?.schema ?? {}).properties ?? {};
    const writes = operations.filter((each) => each.method !== 'get');
    const lists = operations.filter((each) => each.method === 'get' && 'items' in answerOf(each));
    const tagged = operations.filter((each) => each.method === 'get' && 'etag' in answerOf(each));
    const edits = writes.filter((each) => each.method !== 'post' && tagged.some(({ path }) => path === each.path));
    expect([writes.length > 40, lists.length > 10, edits.length > 5]).toEqual([true, true, true]);
    expect(writes.filter((each) => !takes(each, 'Idempotency-Key')).map(({ id }) => id)).toEqual([]);
    expect(
      lists
        .filter((each) => !takes(each, 'limit', 'cursor'))
        .map(({ id }) => id)
        .sort(),
    ).toEqual(WHOLE_LISTS);
    // Also what is written in place of something, whether or not it says that it has an ETag.
    const written = writes.filter(({ method }) => method === 'put' || method === 'patch');
    expect([...edits, ...written].filter((each) => !takes(each, 'If-Match')).map(({ id }) => id)).toEqual([]);
  });

  it('wants a token', () =>
    askAll(closed(), (each) => ({ token: null, body: each.method === 'get' ? undefined : '{}' }), statusIs(401)));

  it.each(ROLES)('refuses whoever is %s only where that is too little', async (role: Role) => {
    const grants: Grants = { default: role };
    const token = await world.planner.tokenWith(grants);
    const mayAsk = ({ right }: ApiOperation) =>
      right === 'any token' ||
      (/^[a-z ]+$/.test(right) &&
        !right.endsWith('everywhere') &&
        right !== 'deployment' &&
        isAllowed(grants, 'default', right.split(' or ') as Role[]));
    await askAll(
      closed(),
      (each) => ({ token, ids: nowhere(each) }),
      ({ status }, each) => ((status === 403) === mayAsk(each) ? `wants ${each.right}` : null),
    );
  });

  it("finds nothing of another project, whoever asks in one's own or in that one, and changes nothing there", async () => {
    const named = closed().filter(
      (each) => each.path.includes('{') && !/everywhere|deployment/.test(each.right) && !FOR_ALL.includes(each.id),
    );
    const reads = named.filter((each) => each.method === 'get' && each.id !== 'listNodeHistory');
    const seen = async () => {
      const answers: string[] = [];
      for (const each of reads) answers.push(`${each.id} ${(await world.ask(each)).text.replace(READ_UP_TO, '')}`);
      return answers;
    };
    const before = await seen();
    const token = await world.planner.tokenWith({ other: 'admin' });
    const asked = (project: string) => (each: ApiOperation) => {
      const example = exampleOf(world.api, each);
      return { token, project, ...(example === undefined ? {} : { body: JSON.stringify(example) }) };
    };
    const notMade = named.filter((each) => !MAKE.includes(each.id));
    await askAll(notMade, asked('other'), statusIs(404));
    await askAll(named, asked('default'), statusIs(404));
    const inBody = operations.filter((each) => ['startTransaction', 'startInspection'].includes(each.id));
    await askAll(inBody, asked('other'), statusIs(404));
    await askAll(
      operations.filter((each) => MAKE.includes(each.id)),
      asked('other'),
      statusIs(200, 404, 422),
    );
    expect(await seen()).toEqual(before);
  });

  it('deletes a cluster only as it was read', async () => {
    const { status } = await world.planner.delete('/api/v1/clusters/c1').set('if-match', '"0-old"');
    expect(status).toBe(412);
  });

  it('finds nothing of a name that nobody has', () =>
    askAll(
      operations.filter((each) => each.path.includes('{') && each.right !== 'deployment' && !MAKE.includes(each.id)),
      (each) => {
        const example = exampleOf(world.api, each);
        return { ids: nowhere(each), ...(example === undefined ? {} : { body: JSON.stringify(example) }) };
      },
      // A version or a digest that is none is told as such.
      statusIs(404, 400),
    ));

  it.each([
    ['no JSON', '{"a":', 400],
    ['no JSON of an object', '"text"', 400],
    ['a list', '[{}]', 400],
    ['nothing at the end', '{}}', 400],
    ['more than 8 MiB', `{"reason":"${'x'.repeat(8 * 1024 * 1024)}"}`, 413],
    ['nested without end', `{"reason":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 400],
  ])('refuses a body that is %s', (_, body, status) => askAll(withJson(), () => ({ body }), statusIs(status, 422)));

  it('refuses a body of another type, and does nothing without it', () =>
    askAll(
      operations.filter((each) => each.method !== 'get'),
      () => ({ body: 'reason=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      statusIs(415),
    ));

  it.each(['identity', 'base64', 'gzip'])('refuses a body that is not encoded as it says: %s', (encoding) =>
    askAll(
      withJson(),
      () => ({ body: Buffer.from('\x1f\x8b\x08\x00rubbish', 'latin1'), headers: { 'content-encoding': encoding } }),
      statusIs(400, 415),
    ),
  );

  const dto = () =>
    withJson().filter((each) => world.api.resolve(each.bodies['application/json']?.schema ?? {}).properties);
  const broken = async (make: (value: unknown, each: ApiOperation) => string, ...statuses: number[]) =>
    askAll(dto(), (each) => ({ body: make(exampleOf(world.api, each), each) }), statusIs(...statuses));

  it('refuses a field that it does not know', () =>
    broken((value) => JSON.stringify({ ...(value as object), colour: 'red' }), 400));

  it.each(['__proto__', 'constructor', 'prototype'])('refuses a field named %s', (name) =>
    broken(
      (value) =>
        `${JSON.stringify(value).replace(/\}$/, '')}${Object.keys(value as object).length ? ',' : ''}"${name}":{"admin":true}}`,
      400,
    ),
  );

  it.each([
    ['numbers', 1e308],
    ['lists', [[1], null]],
    ['mappings', { a: { b: 1 } }],
    ['huge text', 'x'.repeat(1_000_000)],
    ['control characters', '\u001b[31m\r\n$(reboot)'],
  ])('refuses %s in every field, or takes them for what they are', (_, value) =>
    askAll(
      dto(),
      (each) => {
        const { properties = {} } = world.api.resolve(each.bodies['application/json']?.schema ?? {});
        return { body: JSON.stringify(Object.fromEntries(Object.keys(properties).map((name) => [name, value]))) };
      },
      () => null,
    ),
  );

  it.each([
    ['a long name', 'x'.repeat(5000)],
    ['a way up', '../../etc/passwd'],
    ['an option', '-oProxyCommand=x'],
    ['SQL', "'; DROP TABLE x --"],
    ['an escape', '%00'],
    ['no letters', '\u{1f4a5}\u001b[31m'],
  ])('refuses or does not find an address made of %s', (_, text) =>
    askAll(
      operations.filter((each) => each.path.includes('{') && each.right !== 'deployment'),
      (each) => {
        const ids = Object.fromEntries(Object.keys(nowhere(each)).map((name) => [name, text]));
        const example = exampleOf(world.api, each);
        return { ids, ...(example === undefined ? {} : { body: JSON.stringify(example) }) };
      },
      ({ status }) => (status < 400 ? 'took it' : null),
    ),
  );

  it('refuses queries that it does not know, twice the same and of the wrong type', async () => {
    const lists = operations.filter(
      (each) => each.method === 'get' && each.parameters.some((one) => one.in === 'query'),
    );
    await askAll(lists, () => ({ query: '?colour=red' }), statusIs(400));
    await askAll(lists, () => ({ query: '?__proto__[x]=1' }), statusIs(400));
    // Of as many parts as any list's, none of which is what it is to be.
    const forged = [1, 2, 3].map((parts) => {
      const key = JSON.stringify(Array.from({ length: parts }, () => "'; --"));
      return `cursor=${Buffer.from(key).toString('base64url')}`;
    });
    for (const query of [
      ...forged,
      'limit=1&limit=2',
      'limit=-1',
      'limit=1e9',
      'cursor=%F0%9F',
      `cursor=${'x'.repeat(1001)}`,
    ]) {
      const name = query.replace(/=.*/, '');
      const paged = lists.filter((each) => each.parameters.some((one) => one.name === name));
      await askAll(paged, () => ({ query: `?${query}` }), statusIs(400));
    }
  });

  it('refuses headers that it cannot keep', async () => {
    const writes = operations.filter((each) => each.method !== 'get');
    await askAll(writes, () => ({ headers: { 'idempotency-key': 'x'.repeat(201) } }), statusIs(400, 415));
    const inProject = closed().filter((each) => each.parameters.some((one) => one.name === 'Muster-Project'));
    await askAll(inProject, () => ({ project: '../x' }), statusIs(400));
  });

  it('goes on serving, and has failed at nothing', async () => {
    expect(world.planner.log.filter((line) => line.includes('request failed'))).toEqual([]);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
    await world.planner.checkFeed();
  });
});
