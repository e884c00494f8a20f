import { PassThrough } from 'node:stream';
import { ChannelClosed, LauncherChannel } from './launcher-channel';

/** A launcher that is there already, with what is written to it, write by write. */
async function openChannel(): Promise<{ channel: LauncherChannel; writes: string[]; say: (line: string) => void }> {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const writes: string[] = [];
  streams.stdin.on('data', (bytes: Buffer) => writes.push(bytes.toString()));
  const options = { stateDir: '/s', outputLimit: 65_536, helloTimeoutMs: 60_000, answerTimeoutMs: 60_000, source: ':' };
  const channel = new LauncherChannel(streams, options);
  const opened = channel.open();
  const [, nonce = ''] = /hello (\w+) /.exec(writes[0] ?? '') ?? [];
  const machine = `- 01234567-89ab-cdef-0123-456789abcdef`;
  streams.stdout.write(`\n${nonce} hello 1 boot ${machine}\n`);
  expect((await opened).kind).toBe('hello');
  writes.length = 0;
  return { channel, writes, say: (line) => streams.stdout.write(`${line}\n`) };
}

describe('a request that may wait', () => {
  it('goes with the next one, behind it and in one write', async () => {
    const { channel, writes, say } = await openChannel();
    const forgotten = channel.request('forget', ['a1'], { mayWaitMs: 60_000 });
    const started = channel.request('start', ['a2']);
    expect(writes).toEqual(['2 start a2 .\n1 forget a1 .\n']);
    say('2 started');
    say('1 ok');
    expect([(await started).words, (await forgotten).words]).toEqual([['started'], ['ok']]);
    channel.close();
  });

  it('goes by itself when none comes', async () => {
    const { channel, writes, say } = await openChannel();
    const forgotten = channel.request('forget', ['a1'], { mayWaitMs: 1 });
    expect(writes).toEqual([]);
    expect((await answered(forgotten, say)).words).toEqual(['ok']);
    expect(writes).toEqual(['1 forget a1 .\n']);
    channel.close();
  });

  it('never stands behind a payload before that is answered', async () => {
    const { channel, writes, say } = await openChannel();
    const put = channel.request('put', ['a2'], { payload: Buffer.from('bytes') });
    const forgotten = channel.request('forget', ['a1'], { mayWaitMs: 1 });
    const started = channel.request('start', ['a2']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(writes.join('')).toBe('1 put a2 .\nbytes');
    say('1 ok');
    await put;
    expect(writes.at(-1)).toBe('3 start a2 .\n2 forget a1 .\n');
    say('3 started');
    say('2 ok');
    await Promise.all([started, forgotten]);
    channel.close();
  });

  it('is sent when the channel closes, and its answer is not waited for', async () => {
    const { channel, writes } = await openChannel();
    const forgotten = channel.request('forget', ['a1'], { mayWaitMs: 60_000 });
    channel.close();
    await expect(forgotten).rejects.toBeInstanceOf(ChannelClosed);
    expect(writes).toEqual(['1 forget a1 .\n']);
  });
});

/** What is asked gets its answer once it has been sent. */
async function answered<T>(asked: Promise<T>, say: (line: string) => void): Promise<T> {
  const again = setInterval(() => say('1 ok'), 5);
  return asked.finally(() => clearInterval(again));
}
