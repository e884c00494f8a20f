import type { DeploymentEvent } from '@muster/model';
import { NotReadNow, readLog } from './read-log';

const log = Array.from({ length: 4500 }, (_, index): DeploymentEvent => ({ seq: index + 1, at: 0, type: 'accepted' }));

/** A store that gives at most `most` at once. */
const store = (most: number) => ({
  events: async (_: string, from: number, to: number) => log.slice(from - 1, to).slice(0, most),
});

async function read(from: number, to: number, most = 10_000): Promise<readonly (readonly DeploymentEvent[])[]> {
  const pages = [];
  for await (const page of readLog(store(most), 'd', from, to)) pages.push(page);
  return pages;
}

describe('reading a log', () => {
  it('gives all of it in order, in pages, also where the store gives less at once', async () => {
    for (const most of [10_000, 700]) {
      const pages = await read(0, 4500, most);
      expect(pages.length).toBeGreaterThan(2);
      expect(pages.flat()).toEqual(log);
    }
    expect((await read(4400, 4410)).flat()).toEqual(log.slice(4400, 4410));
    expect(await read(4500, 4500)).toEqual([]);
  });

  it('fails with what says nothing about the log, where the store does not answer or an event is missing', async () => {
    await expect(read(0, 4501)).rejects.toThrow(NotReadNow);
    const away = { events: () => Promise.reject(new Error('away')) };
    await expect(readLog(away, 'd', 0, 1).next()).rejects.toThrow(NotReadNow);
  });
});
