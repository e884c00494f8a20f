import { randomUUID } from 'node:crypto';
import { makeEnvelope } from '@muster/messaging';
import { controlTransaction, type ControlTransaction, CONTROLS_QUEUE } from '@muster/protocol';
import { TestPlanner } from '../testing/test-planner.testing';

describe('controls as messages', () => {
  let planner: TestPlanner;
  let transaction: string;
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
    const deployed = await planner.deploy();
    transaction = deployed.transaction;
    await planner.executor.tell(deployed.deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    await planner.untilState(transaction, 'running');
  });
  afterAll(() => planner.close());

  const send = (body: Partial<ControlTransaction>, id: string = randomUUID()) => {
    const whole = { transaction, verb: 'pause', who: 'ci', ...body };
    return planner.executor.bus.request(CONTROLS_QUEUE, makeEnvelope(controlTransaction, whole, id), 10_000);
  };

  it('are answered, recorded with who and why, and taken once however often they come', async () => {
    const id = randomUUID();
    const sent = planner.executor.controls.length;
    expect(await send({ reason: 'night' }, id)).toMatchObject({ ok: true, body: { command: id, effect: 'pending' } });
    expect(await send({ reason: 'night' }, id)).toMatchObject({ ok: true, body: { command: id } });
    expect(planner.executor.controls.slice(sent)).toMatchObject([
      { verb: 'pause', who: 'ci (by message)', why: 'night' },
    ]);
    const { body } = await planner.get(`/api/v1/transactions/${transaction}`);
    expect(body.controls).toMatchObject([{ command: id, verb: 'pause', who: 'ci (by message)', why: 'night' }]);
  });

  it('are refused with the problems that HTTP tells', async () => {
    expect(await send({ verb: 'skip' })).toMatchObject({ ok: false, problems: [{ code: 'API_INVALID' }] });
    expect(await send({ verb: 'skip', tasks: ['zz@n1'] })).toMatchObject({
      ok: false,
      problems: [{ code: 'API_NOT_FOUND' }],
    });
    expect(await send({ transaction: randomUUID() })).toMatchObject({
      ok: false,
      problems: [{ code: 'API_NOT_FOUND' }],
    });
    expect(await send({ verb: 'explode' as 'pause' })).toMatchObject({ ok: false });
  });
});
