import { PassThrough } from 'node:stream';
import { countOf } from './attempt-end';
import { ChannelClosed, LauncherChannel, type RequestExtra } from './launcher-channel';

const ANSWER_TIMEOUT_MS = 200;
const HELLO_TIMEOUT_MS = 500;
const MACHINE = '- 11111111-1111-4111-8111-111111111111';
const MIB = 1024 * 1024;

/** A shell's streams with nobody behind them; the test says what the node says. */
class Liar {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly channel = new LauncherChannel(this, {
    stateDir: '/s',
    outputLimit: 65_536,
    helloTimeoutMs: HELLO_TIMEOUT_MS,
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
  });
  readonly closed = new Promise<void>((resolve) => (this.channel.onClosed = resolve));
  #sent = '';

  constructor() {
    this.stdin.on('data', (bytes: Buffer) => (this.#sent += bytes.toString()));
  }

  async greet(): Promise<void> {
    const opened = this.channel.open();
    await new Promise((resume) => setImmediate(resume));
    const nonce = /\nhello ([0-9a-f]+) /.exec(this.#sent)?.[1] ?? '';
    this.stderr.write(`\n${nonce}\n`);
    this.stdout.write(`\n${nonce} hello 1 boot ${MACHINE}\n`);
    expect(await opened).toEqual({ kind: 'hello', bootId: 'boot', machine: MACHINE });
  }

  /** How a request for bytes ends. */
  async ask(extra: RequestExtra = { bulkSize: ([, size]) => Number(size) }): Promise<string> {
    try {
      const { bulk } = await this.channel.request('fetch', ['a'], extra);
      return `${bulk.length} bytes`;
    } catch (error) {
      return error instanceof ChannelClosed ? 'closed' : String(error);
    }
  }

  /** Writes until the channel has given up; how many MiB that took. */
  async flood(stream: 'stdout' | 'stderr', most: number): Promise<number> {
    let gone = false;
    void this.closed.then(() => (gone = true));
    const piece = Buffer.alloc(MIB, 'x');
    for (let written = 0; written < most; written++) {
      if (gone) return written;
      this[stream].write(piece);
      await new Promise((resume) => setImmediate(resume));
    }
    return most;
  }
}

describe('a node that answers', () => {
  const made: Liar[] = [];
  const liar = async (): Promise<Liar> => {
    const one = new Liar();
    made.push(one);
    await one.greet();
    return one;
  };
  afterEach(() => {
    for (const { channel } of made.splice(0)) channel.close();
  });

  it('and whose bytes do not follow is given up after the time for an answer', async () => {
    const node = await liar();
    const asked = node.ask();
    node.stdout.write('1 ok 100\n');
    node.stderr.write('only these');
    expect(await asked).toBe('closed');
  });

  it('and is gone before its bytes ends the request', async () => {
    const node = await liar();
    const asked = node.ask();
    node.stdout.write('1 ok 100\n');
    setImmediate(() => node.stdout.end());
    expect(await asked).toBe('closed');
  });

  it.each(['1000000000000', '-1', 'many', '1.5', 'Infinity'])('with %s bytes to come is given up', async (size) => {
    const node = await liar();
    const asked = node.ask();
    node.stdout.write(`1 ok ${size}\n`);
    expect(await asked).toBe('closed');
  });

  it('twice is heard once', async () => {
    const node = await liar();
    const asked = node.ask();
    node.stdout.write('1 ok 4\n1 ok 900\n');
    node.stderr.write('four');
    expect(await asked).toBe('4 bytes');
  });

  it.each(['stdout', 'stderr'] as const)('without end on %s is given up, and little is kept', async (stream) => {
    const node = await liar();
    expect(await node.flood(stream, 64)).toBeLessThan(32);
  });

  it.each(['stdout', 'stderr'] as const)(
    'not at all, but prints without end on %s, is given up in time',
    async (stream) => {
      const node = new Liar();
      made.push(node);
      const opened = node.channel.open();
      const piece = Buffer.alloc(MIB, '*');
      const timer = setInterval(() => node[stream].write(piece), 1);
      const hello = await opened;
      clearInterval(timer);
      expect(hello).toMatchObject({ kind: 'closed', silent: true });
      if (hello.kind === 'closed') expect(hello.detail.length).toBeLessThanOrEqual(300);
    },
  );
});

it('counts bytes only where the node tells a number of them', () => {
  expect(['12', '0', '', undefined, '-3', 'many', '1e400', '1.5'].map(countOf)).toEqual([12, 0, 0, 0, 0, 0, 0, 0]);
});
