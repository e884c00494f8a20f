import type { DeploymentEventBody } from '@muster/model';
import { waitUntil } from '@muster/testkit';
import { SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const NEW = `SHA256:${'9'.repeat(43)}`;
const sizes = { stdout: 0, stderr: 0 };

function told(task: string, hostKey?: string): DeploymentEventBody[] {
  const result = { kind: 'exited', code: 0, sizes, ...(hostKey === undefined ? {} : { hostKey }) } as const;
  return [
    { type: 'attempt-started', task, attempt: 1 },
    { type: 'attempt-ended', task, attempt: 1, result },
    { type: 'tasks-ended', tasks: [task], state: 'succeeded' },
  ];
}

describe('nodes that a transaction makes anew', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
    const tasks =
      '- { id: make, type: provision, role: [web] }\n- { id: set, type: shell, role: [web], requires: [make], inputs: { a: 1 }, parameters: { cmd: "true" } }\n';
    expectStatus(await planner.publish({ ...SMALL_RELEASE, 'graphs/provision/tasks.yaml': tasks }), 201);
  });
  beforeEach(async () => {
    planner.showHostKeys();
    await planner.clear();
    expectStatus(await planner.apply(), 200);
  });
  afterAll(() => planner.close());

  const hostKey = async (node: string) => (await planner.get(`/api/v1/nodes/${node}`)).body.hostKey as string;
  const running: DeploymentEventBody[] = [
    { type: 'accepted' },
    { type: 'state-changed', state: 'running', text: null },
  ];

  it('have the host key that was told of them, with history, for what follows and for further runs', async () => {
    const before = await hostKey('n1');
    const { transaction, deployment } = await planner.deploy({ graphs: ['provision', 'default'] });
    await planner.executor.tell(deployment, [...running, ...told('make@n1', NEW)]);
    await waitUntil('the new key is known', async () => (await hostKey('n1')) === NEW);
    const events = [...told('set@n1'), ...told('make@n2'), ...told('set@n2')];
    await planner.executor.tell(deployment, [...events, { type: 'state-changed', state: 'succeeded', text: null }]);
    const { items } = (await planner.get('/api/v1/nodes/n1/history')).body as { items: { kind: string }[] };
    expect(items.find(({ kind }) => kind === 'host-key')).toMatchObject({
      ...{ who: null, transaction },
      data: { before, after: NEW, task: 'make@n1' },
    });
    const changed = await planner.database.query(
      "SELECT subject, data FROM planner.feed_event WHERE type = 'node.changed' AND subject->>'node' = 'n1' ORDER BY number DESC LIMIT 1",
    );
    expect(changed).toEqual([
      {
        subject: { node: 'n1', transaction },
        data: { changed: ['hostKey'], who: `transaction ${transaction}` },
      },
    ]);
    // The next graph of the same transaction is told the new key.
    const sent = await waitUntil('the next graph was sent', () => {
      const starts = planner.executor.starts.filter((start) => start.transaction === transaction);
      return starts.length === 2 ? starts : null;
    });
    expect(sent[1]?.nodes.find(({ name }) => name === 'n1')).toMatchObject({ hostKey: NEW, machine: NEW });
    await planner.executor.tell(sent[1]?.deployment ?? '', [
      ...running,
      { type: 'state-changed', state: 'cancelled', text: null },
    ]);
    await planner.untilState(transaction, 'cancelled');
    // What succeeded on the new machine counts for it.
    const plan = (await planner.post('/api/v1/clusters/c1/plans', { graphType: 'provision' })).body as {
      tasks: { task: string; action: string }[];
    };
    expect(plan.tasks.find(({ task }) => task === 'set@n1')).toMatchObject({ action: 'skip' });
    await planner.checkFeed();
  });

  it('can be gone on with after a failure, on the machine that they are now', async () => {
    const { transaction, deployment } = await planner.deploy({ graphs: ['provision'] });
    await planner.executor.tell(deployment, [
      ...running,
      ...told('make@n1', NEW),
      { type: 'tasks-ended', tasks: ['set@n1', 'make@n2', 'set@n2'], state: 'failed' },
      { type: 'state-changed', state: 'failed', text: null },
    ]);
    await planner.untilState(transaction, 'failed');
    const retried = await planner.post(`/api/v1/transactions/${transaction}/controls`, { verb: 'retry' });
    expect([retried.status, retried.body.problems]).toEqual([retried.status, undefined]);
    const again = planner.executor.starts.find((start) => start.transaction === transaction && start.run === 2);
    expect(again?.nodes.find(({ name }) => name === 'n1')?.hostKey).toBe(NEW);
  });

  it("keep their key where the one that is told is another node's, which the history tells", async () => {
    const before = await hostKey('n1');
    const { deployment } = await planner.deploy({ graphs: ['provision'] });
    await planner.executor.tell(deployment, [...running, ...told('make@n1', await hostKey('n2'))]);
    const entry = await waitUntil('it is in the history', async () => {
      const { items } = (await planner.get('/api/v1/nodes/n1/history')).body as {
        items: { kind: string; data: object }[];
      };
      return items.find(({ kind }) => kind === 'host-key');
    });
    expect([entry.data, await hostKey('n1')]).toMatchObject([{ refused: 'n2' }, before]);
  });
});
