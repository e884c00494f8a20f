import { waitUntil } from '@muster/testkit';
import { forgetOutput } from '../retention/forget-output';
import { removeChunks } from '../retention/remove-chunks';
import { SseReader } from '../testing/sse-reader.testing';
import { TestPlanner } from '../testing/test-planner.testing';

interface Chunk {
  readonly attempt: number;
  readonly offset: number;
  readonly stream: string;
  readonly text: string;
  base64?: string;
}

describe('output of a task', () => {
  let planner: TestPlanner;
  let deployment: string;
  let path: string;
  const readers: SseReader[] = [];
  beforeAll(async () => {
    planner = await (await TestPlanner.start()).prepare();
  });
  beforeEach(async () => {
    const deployed = await planner.deploy();
    deployment = deployed.deployment;
    path = `/api/v1/transactions/${deployed.transaction}/tasks/${encodeURIComponent('a@n1')}/output`;
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
    ]);
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
  });
  afterAll(() => planner.close());

  const tell = (offset: number, text: string | Buffer, stream: 'stdout' | 'stderr' = 'stdout', attempt = 1) =>
    planner.executor.output(deployment, 'a@n1', attempt, offset, text, stream);
  const end = (stdout: number, stderr = 0, attempt = 1, code = 0) =>
    planner.executor.tell(deployment, [
      { type: 'attempt-ended', task: 'a@n1', attempt, result: { kind: 'exited', code, sizes: { stdout, stderr } } },
      ...(code === 0 ? [{ type: 'tasks-ended', tasks: ['a@n1'], state: 'succeeded' } as const] : []),
    ]);
  const follow = async (lastEventId?: string) => {
    const reader = await SseReader.open(`${planner.url}${path}`, lastEventId);
    readers.push(reader);
    return reader;
  };
  const chunksOf = (reader: SseReader) =>
    reader.events.filter((event) => event.event === 'message').map((event) => JSON.parse(event.data) as Chunk);
  const textOf = (chunks: readonly Chunk[], stream = 'stdout') =>
    chunks
      .filter((chunk) => chunk.stream === stream)
      .map((chunk) => chunk.text)
      .join('');

  it('comes as it is told, until the task has ended', async () => {
    const reader = await follow();
    await tell(0, 'one ');
    await waitUntil('it is shown', () => textOf(chunksOf(reader)) === 'one ');
    await tell(0, 'oh', 'stderr');
    await tell(4, 'two');
    await end(7, 2);
    await waitUntil('it has ended', () => reader.ended);
    expect(textOf(chunksOf(reader))).toBe('one two');
    expect(textOf(chunksOf(reader), 'stderr')).toBe('oh');
    expect(reader.events.at(-1)?.event).toBe('end');
    const page = (await planner.get(path)).body;
    expect(page.complete).toBe(true);
    expect(textOf(page.chunks)).toBe('one two');
  });

  it('is put in order when its pieces come late, twice and overlapping', async () => {
    const reader = await follow();
    await tell(6, 'ghi');
    await tell(0, 'abc');
    await tell(0, 'abc');
    await tell(2, 'cdef');
    await tell(0, 'a');
    await end(9);
    await waitUntil('it has ended', () => reader.ended);
    expect(textOf(chunksOf(reader))).toBe('abcdefghi');
    for (const chunk of chunksOf(reader)) expect('abcdefghi'.startsWith(chunk.text, chunk.offset)).toBe(true);
  });

  it('waits for a piece that is missing after the end, since it is read again from the node', async () => {
    const reader = await follow();
    await tell(3, 'def');
    await end(6);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect([reader.ended, chunksOf(reader)]).toEqual([false, []]);
    await tell(0, 'abc');
    await waitUntil('it has ended', () => reader.ended);
    expect(textOf(chunksOf(reader))).toBe('abcdef');
  });

  it('shows what is there beyond a hole when nobody waits', async () => {
    await tell(0, 'abc');
    await tell(6, 'ghi');
    await waitUntil('both are kept', async () => (await planner.get(path)).body.chunks.length === 2);
    const page = (await planner.get(path)).body;
    expect(page).toEqual({
      chunks: [
        { attempt: 1, offset: 0, stream: 'stdout', text: 'abc' },
        { attempt: 1, offset: 6, stream: 'stdout', text: 'ghi' },
      ],
      complete: false,
    });
  });

  it('is bytes, also those that no text may hold', async () => {
    await tell(0, Buffer.from('a\0b\u001b[2J'));
    await end(7);
    const reader = await follow();
    await waitUntil('it has ended', () => reader.ended);
    expect(textOf(chunksOf(reader))).toBe('a\0b\u001b[2J');
    expect(textOf((await planner.get(path)).body.chunks)).toBe('a\0b\u001b[2J');
  });

  it('never cuts a character, and shows what is none as such', async () => {
    const text = 'grün €5 😀!';
    const bytes = Buffer.from(text);
    const reader = await follow();
    for (const [offset, byte] of bytes.entries()) await tell(offset, Buffer.from([byte]));
    await tell(bytes.length, Buffer.from([0xff, 0xe2, 0x82]));
    await end(bytes.length + 3);
    await waitUntil('it has ended', () => reader.ended, { timeoutMs: 25_000 });
    expect(textOf(chunksOf(reader)).startsWith(text)).toBe(true);
    expect(textOf(chunksOf(reader))).toBe(`${text}\ufffd\ufffd`);
    const bytesOf = (chunk: Chunk) => (chunk.base64 === undefined ? chunk.text : Buffer.from(chunk.base64, 'base64'));
    expect(Buffer.concat(chunksOf(reader).map((chunk) => Buffer.from(bytesOf(chunk))))).toEqual(
      Buffer.concat([bytes, Buffer.from([0xff, 0xe2, 0x82])]),
    );
  }, 40_000);

  it('goes on where a reader was cut off', async () => {
    await tell(0, 'abc');
    const first = await follow();
    await waitUntil('the first piece is shown', () => chunksOf(first).length === 1);
    await first.close();
    await tell(3, 'def');
    await tell(0, 'err', 'stderr');
    const second = await follow(first.events.at(-1)?.id);
    await end(6, 3);
    await waitUntil('it has ended', () => second.ended);
    expect(textOf(chunksOf(second))).toBe('def');
    expect(textOf(chunksOf(second), 'stderr')).toBe('err');
  });

  it('shows attempt after attempt, or the one asked for', async () => {
    await tell(0, 'first');
    await end(5, 0, 1, 7);
    await planner.executor.tell(deployment, [
      { type: 'retry-set', task: 'a@n1', notBefore: 0 },
      { type: 'attempt-started', task: 'a@n1', attempt: 2 },
    ]);
    await tell(0, 'second', 'stdout', 2);
    await end(6, 0, 2);
    const reader = await follow();
    await waitUntil('it has ended', () => reader.ended);
    expect(chunksOf(reader).map(({ attempt, text }) => [attempt, text])).toEqual([
      [1, 'first'],
      [2, 'second'],
    ]);
    const { body } = await planner.get(`${path}?attempt=1`);
    expect(body).toEqual({ chunks: [{ attempt: 1, offset: 0, stream: 'stdout', text: 'first' }], complete: true });
  });

  it('is bounded and belongs to tasks that are known', async () => {
    await tell(64 * 1024 * 1024, 'too far');
    await planner.executor.output(deployment, 'nobody@n1', 1, 0, 'whose?');
    await planner.executor.output('00000000-0000-4000-8000-000000000000', 'a@n1', 1, 0, 'whose?');
    await tell(0, 'ok');
    await waitUntil('it is kept', async () => (await planner.get(path)).body.chunks.length === 1);
    expect(
      await planner.database.query('SELECT count(*)::int AS count FROM planner.output_chunk WHERE deployment_id = $1', [
        deployment,
      ]),
    ).toEqual([{ count: 1 }]);
  });

  it('tells what was written and not kept', async () => {
    const more = 64 * 1024 * 1024 + 7;
    await tell(0, 'ok');
    await end(more, 0, 1);
    await waitUntil('it is told', async () => (await planner.get(path)).body.lost !== undefined);
    expect((await planner.get(path)).body.lost).toEqual([{ attempt: 1, stream: 'stdout', bytes: 7 }]);
  });

  it('is removed by age and for want of room, once its deployment has ended, and says so', async () => {
    const forget = (outputDays: number, outputBytes: number) =>
      planner.database.transaction((on) => forgetOutput(on, { outputDays, outputBytes }));
    const over = (age: string) =>
      planner.database.query(`UPDATE planner.deployment SET ended_at = now() - $2::interval WHERE id = $1`, [
        deployment,
        age,
      ]);
    const read = async () => (await planner.get(path)).body as { chunks: Chunk[]; complete: boolean; lost?: unknown };
    await planner.database.query(`DELETE FROM planner.output_chunk WHERE deployment_id <> $1`, [deployment]);
    await tell(0, 'x'.repeat(1000));
    await tell(0, 'oh', 'stderr');
    await end(1000, 2);
    await waitUntil('it is there', async () => (await read()).complete);
    // Nothing is removed of what goes on, nor without a bound.
    expect([await forget(1, 1), await forget(0, 0)]).toEqual([0, 0]);
    await over('3 days');
    expect([await forget(4, 2000), await forget(0, 1002)]).toEqual([0, 0]);
    expect((await read()).chunks.length).toBe(2);

    // Another one that ended later has what room there is.
    const [first, firstPath] = [deployment, path];
    const later = await planner.deploy();
    deployment = later.deployment;
    await planner.executor.tell(deployment, [
      { type: 'accepted' },
      { type: 'state-changed', state: 'running', text: null },
      { type: 'attempt-started', task: 'a@n1', attempt: 1 },
    ]);
    await tell(0, 'later');
    await waitUntil('it is kept', async () => {
      const [row] = await planner.database.query('SELECT count(*)::int AS chunks FROM planner.output_chunk');
      return row.chunks === 3;
    });
    await over('1 day');
    expect(await forget(0, 1006)).toBe(1);
    path = firstPath;
    const removedAt = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await read()).toEqual({
      chunks: [],
      complete: true,
      lost: [
        { attempt: 1, stream: 'stdout', bytes: 1000, removedAt },
        { attempt: 1, stream: 'stderr', bytes: 2, removedAt },
      ],
    });
    const reader = await follow();
    await waitUntil('the stream has ended', () => reader.ended);
    expect(JSON.parse(reader.events.at(-1)?.data ?? '{}')).toMatchObject({ lost: [{ bytes: 1000, removedAt }, {}] });
    // What comes late of it is not kept again; the other's is there, until it is old enough.
    deployment = first;
    await tell(0, 'late');
    deployment = later.deployment;
    await tell(5, 'and more');
    const left = () => planner.database.query('SELECT DISTINCT deployment_id FROM planner.output_chunk');
    await waitUntil('what came after it is kept', async () => {
      const [row] = await planner.database.query('SELECT count(*)::int AS chunks FROM planner.output_chunk');
      return row.chunks === 2;
    });
    expect(await left()).toEqual([{ deployment_id: later.deployment }]);
    await over('3 days');
    expect([await forget(2, 0), await forget(2, 0)]).toEqual([1, 0]);
    expect(await left()).toEqual([]);
    // However much it is, no statement removes more than some of it.
    await planner.database.query(
      `INSERT INTO planner.output_chunk SELECT $1, 'a@n1', 1, 'stdout', n, 'x' FROM generate_series(1, 5) AS n`,
      [deployment],
    );
    const query = jest.spyOn(planner.database.manager, 'query');
    await removeChunks(planner.database.manager, deployment, 2);
    const answers = (await Promise.all(query.mock.results.map(({ value }) => value))) as [unknown[], number][];
    query.mockRestore();
    expect(answers.map(([, count]) => count)).toEqual([2, 2, 1]);
    expect(await left()).toEqual([]);
  });

  it('ends for a task that never ran', async () => {
    await planner.executor.tell(deployment, [
      { type: 'tasks-ended', tasks: ['b@n1'], state: 'not-run', cause: { code: 'cancelled' } },
    ]);
    const other = path.replace(encodeURIComponent('a@n1'), encodeURIComponent('b@n1'));
    await waitUntil('it has ended', async () => (await planner.get(other)).body.complete === true);
    const reader = await SseReader.open(`${planner.url}${other}`);
    readers.push(reader);
    await waitUntil('the stream has ended', () => reader.ended);
    expect(reader.events.map((event) => event.event)).toEqual(['end']);
  });

  it('is not there for tasks that nobody knows', async () => {
    const response = await planner.get(path.replace('a%40n1', 'zz%40n1'));
    expect([response.status, response.body.problems[0].code]).toEqual([404, 'API_NOT_FOUND']);
  });
});
