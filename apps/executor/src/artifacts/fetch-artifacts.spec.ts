import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { FetchFailure } from '@muster/execution';
import type { ExecutorArtifacts } from '../executor-ports';
import { PlannerArtifacts } from './fetch-artifacts';

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const content = Buffer.from('a file');
const wanted = [{ digest: digestOf(content), size: content.length }];

/** Keeps what it is given, in memory. */
function memory(): ExecutorArtifacts {
  const kept = new Map<string, Buffer>();
  return {
    renew: async (digest: string) => kept.has(digest),
    put: async (source: Readable) => {
      const bytes = Buffer.concat(await source.toArray());
      kept.set(digestOf(bytes), bytes);
      return { digest: digestOf(bytes), size: bytes.length };
    },
  } as unknown as ExecutorArtifacts;
}

describe('fetching artifacts', () => {
  let server: Server;
  let answers: number[];
  let asked: number;

  beforeEach(async () => {
    asked = 0;
    server = createServer((_request, response) => {
      const status = answers[Math.min(asked++, answers.length - 1)] ?? 500;
      if (status === 0) response.destroy();
      else response.writeHead(status).end(status === 200 ? content : '');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const ensure = (): Promise<readonly FetchFailure[]> => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new PlannerArtifacts(memory(), url, [1, 1, 1]).ensure(wanted, 'token');
  };

  it('tries again where a planner starts again or breaks off', async () => {
    answers = [503, 0, 200];
    expect(await ensure()).toEqual([]);
    expect(asked).toBe(3);
  });

  it('gives up after a bounded number of tries, and says why', async () => {
    answers = [500];
    expect((await ensure())[0]).toMatchObject({ text: expect.stringContaining('answered 500'), isPassing: true });
    expect(asked).toBe(4);
  });

  it('does not ask again for what the planner does not have or refuses', async () => {
    answers = [404];
    expect((await ensure())[0]).toMatchObject({ text: expect.stringContaining('answered 404'), isPassing: false });
    expect(asked).toBe(1);
  });
});
