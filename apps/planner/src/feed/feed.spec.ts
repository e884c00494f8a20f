import { waitUntil } from '@muster/testkit';
import { SseReader } from '../testing/sse-reader.testing';
import { TestPlanner } from '../testing/test-planner.testing';
import { writeFeedEvents } from './write-feed-events';

describe('the event stream', () => {
  let planner: TestPlanner;
  const readers: SseReader[] = [];
  beforeAll(async () => {
    planner = await TestPlanner.start(2);
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
  });
  afterAll(() => planner.close());

  const open = async (path: string, lastEventId?: string, url = planner.url) => {
    const reader = await SseReader.open(`${url}${path}`, lastEventId);
    readers.push(reader);
    return reader;
  };
  const write = (...clusters: string[]) =>
    writeFeedEvents(
      planner.database.manager,
      'default',
      clusters.map((cluster) => ({ type: 'cluster.revised', at: null, subject: { cluster }, data: {} })),
    );
  const clustersOf = (reader: SseReader) =>
    reader.events.map((event) => (JSON.parse(event.data) as { subject: { cluster: string } }).subject.cluster);

  it('tells what was and then what comes, also what another planner numbered', async () => {
    await write('a', 'b');
    const here = await open('/api/v1/events');
    const there = await open('/api/v1/events', undefined, planner.planners[1]?.url);
    await waitUntil('the past is told', () => here.events.length === 2 && there.events.length === 2);
    for (let index = 0; index < 50; index++) await write(`c${index}`);
    await waitUntil('everything is told', () => here.events.length === 52 && there.events.length === 52);
    expect(clustersOf(here)).toEqual(['a', 'b', ...Array.from({ length: 50 }, (_, index) => `c${index}`)]);
    expect(there.events).toEqual(here.events);
    expect(here.events.map((event) => Number(event.id))).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
  });

  it('goes on after the last event seen, across connections, without a gap or a repetition', async () => {
    const expected: string[] = [];
    const seen: string[] = [];
    const { number } = (await planner.get('/api/v1/events?limit=1000')).body.items.at(-1);
    let last = String(number);
    for (let round = 0; round < 5; round++) {
      const names = Array.from({ length: 10 }, (_, index) => `r${round}.${index}`);
      expected.push(...names);
      const writing = (async () => {
        for (const name of names) await write(name);
      })();
      const reader = await open('/api/v1/events', last);
      await waitUntil('some are told', () => reader.events.length >= 3);
      // Cut in the middle of the round.
      await reader.close();
      seen.push(...clustersOf(reader));
      last = reader.events.at(-1)?.id ?? last;
      await writing;
    }
    const rest = await open('/api/v1/events', last);
    await waitUntil('the rest is told', () => seen.length + rest.events.length >= expected.length);
    expect([...seen, ...clustersOf(rest)]).toEqual(expected);
  });

  it('tells a reader that is ahead of it so, instead of nothing', async () => {
    const { number } = (await planner.get('/api/v1/events?limit=1000')).body.items.at(-1);
    const ahead = { status: 409, problems: [{ code: 'API_EVENTS_AHEAD', subject: `events after ${number + 1}` }] };
    for (const accept of ['text/event-stream', 'application/json']) {
      const { body } = await planner
        .get('/api/v1/events')
        .set('accept', accept)
        .set('last-event-id', String(number + 1));
      expect(body).toMatchObject(ahead);
      expect(body.problems[0].summary).toContain(` ${number}.`);
    }
    expect((await planner.get(`/api/v1/events?after=${number + 1}`)).body).toMatchObject(ahead);
    expect((await planner.get(`/api/v1/events?after=${number}`)).body).toEqual({ items: [], next: null });
  });

  it('tells only of the transaction asked for', async () => {
    const transaction = '00000000-0000-4000-8000-000000000001';
    const reader = await open(`/api/v1/events?transaction=${transaction}`);
    await write('other');
    await writeFeedEvents(planner.database.manager, 'default', [
      { type: 'transaction.running', at: 5, subject: { transaction }, data: { text: null } },
    ]);
    await waitUntil('it is told', () => reader.events.length > 0);
    expect(reader.events.map((event) => JSON.parse(event.data))).toMatchObject([
      { type: 'transaction.running', at: '1970-01-01T00:00:00.005Z', subject: { transaction } },
    ]);
  });

  it('refuses an id that it never gave', async () => {
    const response = await planner.get('/api/v1/events').set('accept', 'text/event-stream').set('last-event-id', 'x');
    expect([response.status, response.body.problems[0].code]).toEqual([400, 'API_INVALID']);
  });

  it('ends when the planner closes', async () => {
    const extra = await planner.add();
    const reader = await open('/api/v1/events', undefined, extra.url);
    await extra.close();
    planner.planners.pop();
    await waitUntil('the stream has ended', () => reader.ended);
  });

  it('goes on over the restart of every planner, and at another one', async () => {
    const { number } = (await planner.get('/api/v1/events?limit=1000')).body.items.at(-1);
    const extra = await planner.add();
    const first = await open('/api/v1/events', String(number), extra.url);
    await write('s0', 's1');
    await waitUntil('both are told', () => first.events.length === 2);
    const writing = (async () => {
      for (let index = 2; index < 30; index++) await write(`s${index}`);
    })();
    await extra.close();
    planner.planners.pop();
    await waitUntil('it has ended', () => first.ended);
    await writing;
    const again = await planner.add();
    const second = await open('/api/v1/events', first.events.at(-1)?.id, again.url);
    await waitUntil('all are told', () => first.events.length + second.events.length >= 30);
    expect([...clustersOf(first), ...clustersOf(second)]).toEqual(
      Array.from({ length: 30 }, (_, index) => `s${index}`),
    );
  });

  it('is filtered by cluster and by kind, also where the kind is rare', async () => {
    const { number } = (await planner.get('/api/v1/events?limit=1000')).body.items.at(-1);
    const live = await open(`/api/v1/events?kind=cluster.deleted,task.*&after=${number}`);
    await planner.database.query(
      `INSERT INTO planner.feed_event (id, project, recorded_at, position, at, type, cluster, subject, data)
       SELECT gen_random_uuid(), 'default', now(), i, now(), CASE i WHEN 119999 THEN 'cluster.deleted' ELSE 'pool.set' END,
         CASE WHEN i % 10000 = 0 THEN 'rare' END, '{}', '{}' FROM generate_series(1, 120000) AS i`,
    );
    const of = async (query: string) => {
      const found: string[] = [];
      let after: string | null = String(number);
      let pages = 0;
      for (; after !== null; pages++) {
        const page: { items: { type: string }[]; next: string | null } = (
          await planner.get(`/api/v1/events?${query}&after=${after}`)
        ).body;
        found.push(...page.items.map(({ type }) => type));
        after = page.next;
      }
      return { found, pages };
    };
    await waitUntil('all are numbered', async () => (await of('kind=cluster.deleted')).found.length > 0, {
      timeoutMs: 60_000,
    });
    const rare = await of('kind=cluster.deleted&kind=task.*');
    expect(rare.found).toEqual(['cluster.deleted']);
    // Searched for in steps, so that no request takes long.
    expect(rare.pages).toBeGreaterThan(2);
    expect((await of('cluster=rare')).found).toEqual(Array.from({ length: 12 }, () => 'pool.set'));
    expect((await of('cluster=rare&kind=cluster.*')).found).toEqual([]);
    await waitUntil('the live reader is told', () => live.events.length === 1);
    const refused = await planner.get('/api/v1/events?kind=nonsense&cluster=..%2F');
    expect([refused.status, refused.body.problems.length]).toEqual([400, 2]);
  });

  it('tells the kinds that there are, each with its schema', async () => {
    const { items } = (await planner.get('/api/v1/events/kinds')).body;
    expect(items.length).toBeGreaterThan(20);
    expect(
      items.find(({ kind }: { kind: string }) => kind === 'transaction.ended').schema.properties.data,
    ).toMatchObject({
      required: ['state', 'text'],
      properties: { state: { type: 'string' }, text: { type: ['string', 'null'] } },
    });
  });

  it('is read in pages too', async () => {
    const first = (await planner.get('/api/v1/events?limit=2')).body;
    expect(first.items.map((event: { number: number }) => event.number)).toEqual([1, 2]);
    const second = (await planner.get(`/api/v1/events?limit=2&after=${first.next}`)).body;
    expect(second.items.map((event: { number: number }) => event.number)).toEqual([3, 4]);
  });
});
