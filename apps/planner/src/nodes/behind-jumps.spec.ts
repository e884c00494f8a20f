import { problem } from '@muster/problems';
import { waitUntil } from '@muster/testkit';
import type { Inspection } from '../testing/fake-executor.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

interface Asked {
  readonly machines?: readonly { readonly address: string }[];
  readonly jumps?: readonly { readonly name: string }[];
}

const key = (char: string): string => `SHA256:${char.repeat(43)}`;

describe('nodes behind a jump node', () => {
  let planner: TestPlanner;
  const asked: Asked[] = [];
  let isBroken = false;
  let shown = key('b');
  beforeAll(async () => {
    planner = await TestPlanner.start();
    planner.executor.inspect = async (question: Inspection) => {
      const { machines = [], jumps } = question as Asked;
      asked.push({ machines, ...(jumps === undefined ? {} : { jumps }) });
      if (isBroken)
        return { ok: false, problems: [problem('NODE_UNREACHABLE', { subject: 'node jump', summary: 'gone' })] };
      const ssh = { kind: 'ssh', hostKey: shown, greeting: 'SSH-2.0-x' };
      return { ok: true, body: { machines: machines.map(() => ssh) } };
    };
    const login = { hostKey: key('a'), identity: 'private' };
    expectStatus(await planner.post('/api/v1/nodes', { name: 'jump', address: '192.0.2.1', ...login }), 201);
  });
  beforeEach(() => asked.splice(0));
  afterAll(() => planner.close());

  const codes = (body: { problems: { code: string }[] }) => body.problems.map(({ code }) => code);
  const ways = () => asked.map(({ jumps }) => jumps?.map(({ name }) => name));

  it('are registered with the host key that is seen through it, once somebody accepts it', async () => {
    const behind = { name: 'behind', address: '10.0.0.2', jump: 'jump' };
    const refused = await planner.post('/api/v1/nodes', behind);
    expect([refused.status, codes(refused.body), refused.text]).toEqual([
      422,
      ['NODE_HOST_KEY_UNKNOWN'],
      expect.stringContaining(shown),
    ]);
    const accepted = await planner.post('/api/v1/nodes', { ...behind, acceptHostKeys: true });
    expectStatus(accepted, 201);
    expect(accepted.body.acceptedHostKeys).toEqual([{ node: 'behind', hostKey: shown }]);
    expect(ways()).toEqual([['jump'], ['jump']]);
    // What leads there is to be there first.
    const login = { address: '192.0.2.7', hostKey: key('c') };
    const early = await planner.post('/api/v1/nodes', {
      nodes: [
        { name: 'new', ...login },
        { name: 'far', address: '10.0.0.9', jump: 'new' },
      ],
    });
    expect([early.status, codes(early.body)]).toEqual([422, ['NODE_HOST_KEY_UNKNOWN']]);
    expect(early.body.problems[0].remedy).toContain('Register new first');
  });

  it('are compared, adopted and inspected through it', async () => {
    const other = await planner.put('/api/v1/nodes/behind/host-key', { hostKey: key('d'), replace: true });
    expect([other.status, codes(other.body)]).toEqual([409, ['NODE_HOST_KEY_CHANGED']]);
    expectStatus(
      await planner.post('/api/v1/nodes', { name: 'behind', address: '10.0.0.2', identity: 'private' }),
      201,
    );
    expectStatus(await planner.post('/api/v1/nodes/behind/adopt'), 200);
    const { asked: schemas, questions } = planner.executor;
    expect(questions[schemas.indexOf('executor.node.adopt')]).toMatchObject({
      node: { name: 'behind', jump: 'jump' },
      jumps: [{ name: 'jump' }],
    });
  });

  it('are found in its network', async () => {
    const found = await planner.post('/api/v1/discoveries', { range: '10.0.0.2-3', jump: 'jump' });
    expectStatus(found, 200);
    expect(found.body.machines).toMatchObject([{ node: 'behind' }, { node: 'behind' }]);
    expect(ways()).toEqual([['jump']]);
    expect((await planner.post('/api/v1/discoveries', { range: '10.0.0.2', jump: 'nobody' })).status).toBe(404);
    const lost = await planner.post('/api/v1/discoveries', { range: '10.0.0.2', jump: 'far from here' });
    expect(lost.status).toBe(400);
  });

  it('are online where they answer through it; where the way breaks nobody knows', async () => {
    await planner.add(undefined, { nodes: { inspectBackoffMs: 20, checkEveryMs: 200 } });
    const online = async (name: string) => (await planner.get(`/api/v1/nodes/${name}`)).body.online as boolean | null;
    await waitUntil('it was seen', async () => (await online('behind')) === true);
    shown = key('e');
    await waitUntil('it shows another key', async () => (await online('behind')) === false);
    isBroken = true;
    const before = asked.length;
    await waitUntil('it was looked for again', () => asked.slice(before).some(({ jumps }) => jumps !== undefined));
    expect(await online('behind')).toBe(false);
  });
});
