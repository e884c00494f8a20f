import { DONE, type Handled, type Subscription } from '@muster/messaging';
import { COMMANDS_QUEUE, INSPECTIONS_QUEUE, QUESTIONS_QUEUE } from '@muster/protocol';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

const HUGE = 'x'.repeat(1_000_000);
const told = (more: object) => ({
  ok: false,
  problems: [{ code: 'API_NOT_FOUND', severity: 'error', subject: 's', summary: 's', remedy: 'r', ...more }],
});
/** What no executor says. */
const REPLIES: readonly unknown[] = [
  'text',
  5,
  [],
  {},
  { ok: 'yes' },
  { ok: true },
  { ok: true, body: null },
  { ok: true, body: 'text' },
  { ok: true, body: [[]] },
  { ok: true, body: { limits: 'none', reasons: {}, pools: 5, facts: [], machines: null, hostKey: {}, executors: '' } },
  { ok: true, body: { hostKey: HUGE, accepted: HUGE } },
  JSON.parse('{"ok":true,"__proto__":{"body":{}},"body":{"__proto__":{"admin":true}}}'),
  { ok: false },
  { ok: false, problems: [] },
  { ok: false, problems: 'none' },
  { ok: false, problems: [null] },
  { ok: false, problems: [{ code: 5 }] },
  told({ code: '__proto__' }),
  told({ summary: { toString: 5 } }),
  told({ severity: 'fatal' }),
  told({ place: 'nowhere', detail: HUGE }),
  told({ subject: '\u0000\u001b[31m$(reboot)\r\n' }),
];

describe('executors that answer what nobody could mean', () => {
  let planner: TestPlanner;
  let reply: unknown;
  let transaction: string;
  let heard = 0;
  let consumers: Subscription[] = [];
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    const started = await planner.deploy();
    transaction = started.transaction;
    await planner.executor.tell(started.deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(transaction, 'running');
    expectStatus(await planner.put('/api/v1/pools/licences', { slots: 3 }), 200);
    await planner.executor.stop();
    const answer = async (): Promise<Handled> => {
      heard += 1;
      return { verdict: DONE, reply: reply as Handled['reply'] };
    };
    const { bus } = planner.executor;
    consumers = await Promise.all(
      [COMMANDS_QUEUE, QUESTIONS_QUEUE, INSPECTIONS_QUEUE].map((queue) => bus.consume(queue, answer, { prefetch: 10 })),
    );
  });
  afterAll(async () => {
    await Promise.all(consumers.map((each) => each.close()));
    await planner.close();
  });

  /** Everything for which an executor is asked while somebody waits. */
  const asked = (): readonly [string, Promise<{ status: number; text: string }>][] => [
    ['limits', Promise.resolve(planner.get(`/api/v1/transactions/${transaction}/limits`))],
    ['why', Promise.resolve(planner.get(`/api/v1/transactions/${transaction}/tasks/a@n1/why`))],
    ['pools', Promise.resolve(planner.get('/api/v1/pools'))],
    ['pool', Promise.resolve(planner.get('/api/v1/pools/licences'))],
    ['inspect', Promise.resolve(planner.post('/api/v1/nodes/n1/inspect'))],
    ['adopt', Promise.resolve(planner.post('/api/v1/nodes/n1/adopt'))],
    ['discover', Promise.resolve(planner.post('/api/v1/discoveries', { range: '10.1.0.0/30' }))],
    [
      'register',
      Promise.resolve(
        planner.post('/api/v1/nodes', { name: 'm1', address: '10.1.1.1', identity: 'key', acceptHostKeys: true }),
      ),
    ],
  ];

  it('are taken for unavailable, and what they refuse is told as it is; the planner fails at nothing', async () => {
    const faults: string[] = [];
    for (reply of REPLIES) {
      const before = heard;
      for (const [name, answer] of asked()) {
        const { status, text } = await answer;
        if (status === 500 || text.includes('"admin":true'))
          faults.push(`${name}: ${status} for ${JSON.stringify(reply).slice(0, 200)}`);
      }
      expect(heard - before).toBeGreaterThan(5);
    }
    expect(faults).toEqual([]);
    expect(planner.log.filter((line) => /request failed|in the background failed/.test(line))).toEqual([]);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('have a command sent again until one answers sensibly', async () => {
    reply = 'text';
    const path = `/api/v1/transactions/${transaction}/controls`;
    const { status, body } = await planner.post(path, { verb: 'pause' });
    expect(status).toBe(202);
    const [waiting] = await planner.database.query('SELECT last_failure, refused FROM planner.outgoing WHERE id = $1', [
      body.command,
    ]);
    expect(waiting).toMatchObject({ last_failure: expect.stringContaining('does not understand'), refused: null });
    reply = { ok: true, body: { accepted: true } };
    for (;;) {
      const [{ answered_at: answered }] = await planner.database.query(
        'SELECT answered_at FROM planner.outgoing WHERE id = $1',
        [body.command],
      );
      if (answered !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});
