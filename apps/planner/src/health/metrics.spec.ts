import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS_QUEUE, TOPOLOGY } from '@muster/protocol';
import { makeEnvelope } from '@muster/messaging';
import { startDeployment } from '@muster/protocol';
import { waitUntil } from '@muster/testkit';
import { parse } from 'yaml';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const RULES = join(__dirname, '../../../../examples/prometheus/muster-alerts.yaml');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string; readonly annotations: object }[];
  }[];
}

describe('the metrics of a planner', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  afterAll(() => planner.close());

  const read = async (): Promise<string> => {
    const answer = await planner.get('/metrics');
    expectStatus(answer, 200);
    return answer.text;
  };
  /** Of one metric, with these labels. */
  const value = async (name: string, labels = ''): Promise<number | null> => {
    const line = (await read()).split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(labels));
    return line === undefined ? null : Number(line.split(' ').at(-1));
  };

  it('are there for every alarm of the example, with the labels that it asks for', async () => {
    const text = await read();
    const names = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
    const rules = (parse(readFileSync(RULES, 'utf8')) as Rules).groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, expr } of rules) {
      const used = [...expr.matchAll(/\b(?:muster|nodejs|process)_\w+/g)].map(([name]) => name);
      expect([alert, used.length > 0]).toEqual([alert, true]);
      for (const name of used) {
        const base = name.replace(/_(bucket|sum|count)$/, '');
        expect([alert, name, names.has(name) || names.has(base)]).toEqual([alert, name, true]);
      }
      const open = (character: string): number => expr.split(character).length;
      expect([alert, open('('), open('{')]).toEqual([alert, open(')'), open('}')]);
      expect(alert).toMatch(/^Muster[A-Z]\w+$/);
    }
  });

  it('tell what stands still: commands, tasks, silence, and how old it is', async () => {
    const { transaction, deployment } = await planner.deploy();
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'owner-changed', executor: 'e1', epoch: 1 },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
      { type: 'owner-changed', executor: 'e2', epoch: 2 },
    ]);
    await planner.untilState(transaction, 'running');
    expect(await value('muster_tasks', 'state="running"')).toBe(1);
    await planner.database.query(`UPDATE planner.deployment SET heard_at = now() - interval '500 seconds'`);
    expect(await value('muster_deployments_silent_seconds_max')).toBeGreaterThanOrEqual(500);
    expect(await value('muster_commands_oldest_seconds')).toBe(0);
    await planner.database.query(
      `INSERT INTO planner.outgoing (id, kind, deployment_id, position, body, created_at, due_at)
       VALUES (gen_random_uuid(), 'release', $1, 99, '{}', now() - interval '300 seconds', now() + interval '1 day')`,
      [deployment],
    );
    expect(await value('muster_commands_oldest_seconds')).toBeGreaterThanOrEqual(300);
    expect(await value('muster_commands_waiting')).toBe(1);
    expect(await value('muster_takeovers_total')).toBe(1);
    await planner.executor.tell(deployment, [
      {
        ...{ type: 'attempt-ended', task: 'a@n1', attempt: 1 },
        result: { kind: 'exited', code: 3, sizes: { stdout: 0, stderr: 0 } },
      },
    ]);
    await waitUntil('it is counted', async () => (await value('muster_attempts_total', 'result="exited"')) === 1);
    expect(await value('muster_attempt_seconds_count')).toBe(1);
    expect(await value('muster_plan_seconds_count', 'outcome="made"')).toBeGreaterThan(0);
    expect(await value('muster_broker_connected')).toBe(1);
    expect(await value('muster_database_connections', 'state="waited-for"')).toBe(0);
  });

  it('tell of messages that could not be handled, by queue', async () => {
    const label = `queue="${COMMANDS_QUEUE.deadLetters}"`;
    expect(await value('muster_dead_letters', label)).toBe(0);
    planner.broker.park(
      planner.broker.queue(COMMANDS_QUEUE.name),
      {
        bytes: Buffer.from(JSON.stringify(makeEnvelope(startDeployment, {} as never))),
        deliveries: 1,
        expiresAt: null,
      },
      'nobody can read it',
    );
    expect(await value('muster_dead_letters', label)).toBe(1);
  });

  it('have as many series as there are states and queues, and none more for what people name', async () => {
    const series = async (): Promise<string[]> =>
      (await read())
        .split('\n')
        .filter((line) => line.startsWith('muster_'))
        .map((line) => line.replace(/ [^ ]*$/, ''));
    await read();
    const before = await series();
    for (const name of ['one', 'two', 'three'])
      expectStatus(await planner.put(`/api/v1/pools/${name}`, { slots: 3 }), 200);
    expectStatus(await planner.get('/api/v1/nodes/nobody'), 404);
    const after = (await series()).filter((each) => !before.includes(each));
    // Of statuses and methods that were not met before.
    expect(
      after.filter((each) => !/^muster_http_seconds_\w+\{.*method="(PUT|GET)",status="(200|404)"/.test(each)),
    ).toEqual([]);
    const names = TOPOLOGY.queues.map(({ name }) => name);
    expect(before.filter((each) => each.startsWith('muster_dead_letters')).length).toBeLessThanOrEqual(names.length);
    expect(before.join()).not.toMatch(/c1|a@n1|n1/);
  });
});
