import type { ProcessHost } from './process-host';
import { processHost } from './process-host';
import { runInForeground } from './run-in-foreground';

function fakeHost() {
  const log: string[] = [];
  let listener: (() => void) | null = null;
  const host: ProcessHost = {
    env: {},
    cwd: '/here',
    print: (line) => void log.push(line),
    onStopSignal(it) {
      listener = it;
      return () => (listener = null);
    },
    abort: (code) => void log.push(`abort ${code}`),
  };
  return { host, log, signal: () => listener?.(), isListening: () => listener !== null };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a service in the foreground', () => {
  it('says that it is ready, drains at the first signal and ends with 0', async () => {
    const { host, log, signal, isListening } = fakeHost();
    const running = runInForeground('server', host, async () => ({
      ready: { url: 'http://x' },
      close: async () => void log.push('closed'),
    }));
    await turn();
    expect(log).toEqual(['{"ready":true,"url":"http://x"}']);
    signal();
    expect(await running).toBe(0);
    expect(log.slice(1)).toEqual(['closed']);
    expect(isListening()).toBe(false);
  });

  it('stops at once at the second signal', async () => {
    const { host, log, signal } = fakeHost();
    let finish: () => void = () => undefined;
    const running = runInForeground('server', host, async () => ({
      ready: {},
      close: () => new Promise((resolve) => (finish = resolve)),
    }));
    await turn();
    signal();
    await turn();
    signal();
    expect(log).toEqual(['{"ready":true}', 'abort 1']);
    finish();
    await running;
  });

  it('told to stop while it starts never says that it is ready', async () => {
    const { host, log, signal } = fakeHost();
    const running = runInForeground('server', host, async () => {
      signal();
      return { ready: {}, close: async () => void log.push('closed') };
    });
    expect(await running).toBe(0);
    expect(log).toEqual(['closed']);
  });

  it('told to stop while it waits for what never comes ends all the same', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { host, log, signal } = fakeHost();
      void runInForeground('server', host, () => new Promise(() => undefined));
      await turn();
      signal();
      jest.advanceTimersByTime(9_999);
      expect(log).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(log).toEqual(['abort 0']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('does not start with a wrong configuration', async () => {
    const { host, log } = fakeHost();
    const wrong = { ...host, env: { MUSTER_HTTP_PORT: 'x' } };
    const start = async () => ({ ready: {}, close: async () => undefined });
    await expect(runInForeground('server', wrong, start)).rejects.toMatchObject({
      problems: [{ subject: 'MUSTER_HTTP_PORT' }],
    });
    expect(log).toEqual([]);
  });
});

describe('the signals of this process', () => {
  it('are taken away from libraries that would send them again', async () => {
    const host = processHost();
    const [before, seen] = [process.listeners('SIGTERM'), [] as string[]];
    for (const each of before) process.removeListener('SIGTERM', each);
    try {
      const stop = host.onStopSignal(() => void seen.push('ours'));
      process.on('SIGTERM', () => void seen.push('theirs'));
      await turn();
      process.emit('SIGTERM');
      stop();
      expect(seen).toEqual(['ours']);
      expect(process.listeners('SIGTERM')).toEqual([]);
    } finally {
      for (const each of before) process.on('SIGTERM', each);
    }
  });
});
