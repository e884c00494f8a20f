import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';

const webhook = {
  ...{
    name: 'chat',
    url: 'https://hooks.example.com/',
    kinds: ['task.*'],
    cluster: null,
    state: 'active',
    who: 'admin',
  },
  ...{ disabledWhy: null, last: 41, failures: 2, failingSince: 'then', lastFailure: 'answered \u001b[31m500' },
  ...{ nextTryAt: 'soon', createdAt: 'once', etag: '1' },
};
const delivery = {
  number: 41,
  kind: 'task.failed',
  at: 'then',
  durationMs: 7,
  status: 500,
  failure: 'answered 500',
  excerpt: null,
};

describe('webhooks and events', () => {
  let planner: FakePlanner;
  beforeEach(async () => {
    planner = await FakePlanner.start();
    planner.answer('POST /webhooks', webhook, 201);
    planner.answer('GET /webhooks', { items: [webhook], next: null });
    planner.answer('GET /webhooks/chat', webhook);
    planner.answer('PATCH /webhooks/chat', { ...webhook, state: 'disabled', disabledWhy: 'disabled by admin' });
    planner.answer('GET /webhooks/chat/secret', { secret: 'whsec_abc' });
    planner.answer('POST /webhooks/chat/secret', webhook);
    planner.answer('POST /webhooks/chat/replay', webhook);
    planner.answer('GET /webhooks/chat/deliveries', { items: [delivery], next: null });
    planner.answer('DELETE /webhooks/chat', undefined, 204);
  });
  afterEach(() => planner.close());

  const run = (line: string) => muster(line, { env: { MUSTER_SERVER: planner.url } });
  const sent = (method: string) => JSON.parse(planner.seen.filter((each) => each.method === method).at(-1)?.body ?? '');

  it('are added, looked at, changed, replayed and removed', async () => {
    const added = await run(
      'webhook add chat --url https://hooks.example.com/ --kinds task.*,transaction.ended --after 5',
    );
    expect(added.out).toContain('secret: whsec_abc');
    expect(sent('POST')).toEqual({
      ...{ name: 'chat', url: 'https://hooks.example.com/', kinds: ['task.*', 'transaction.ended'], after: 5 },
    });
    expect((await run('webhook list')).out).toMatch(/chat +active +41 +2 +task\.\* +https/);
    const { out } = await run('webhook show chat');
    expect(out).toMatch(/up to event 41[^]*failed 2 times since then[^]*tried again at soon/);
    expect(out).not.toContain('\u001b');
    expect((await run('webhook disable chat')).out).toContain('disabled by admin');
    expect(sent('PATCH')).toEqual({ state: 'disabled' });
    await run('webhook enable chat');
    expect(sent('PATCH')).toEqual({ state: 'active' });
    await run('webhook set chat --kinds node.* --every-cluster');
    expect(sent('PATCH')).toEqual({ kinds: ['node.*'], cluster: null });
    expect((await run('webhook secret chat --rotate')).out).toBe('whsec_abc\n');
    await run('webhook replay chat --from 17');
    expect(sent('POST')).toEqual({ from: 17 });
    expect((await run('webhook deliveries chat --failed')).out).toMatch(/41 +task\.failed +then +7 +500 +answered 500/);
    expect((await run('webhook remove chat')).out).toBe('webhook chat is removed\n');
    expect((await run('webhook replay chat')).code).toBe(1);
  });

  it('events are printed one a line', async () => {
    const event = { number: 3, at: 'then', type: 'pool.set', subject: {}, data: { pool: 'x\u001b[2J', slots: 2 } };
    planner.answer('GET /events', { items: [event], next: null });
    expect((await run('events --after 2 --kinds pool.*')).out).toMatch(/^3 {2}then {2}pool\.set {2}pool=x.*slots=2\n$/);
    expect((await run('events')).out).not.toContain('\u001b');
    expect((await run('events -o json')).out).toBe(`${JSON.stringify(event)}\n`);
  });
});
