import { connect } from 'node:net';
import { ADMIN_TOKEN, TestPlanner } from '../testing/test-planner.testing';

const MIB = 1024 * 1024;

describe('a body that is refused before all of it is sent', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
  });
  afterAll(() => planner.close());

  /** Sends all of the body before it reads anything, as simple programs do; gives what it then reads. */
  const send = (path: string, token: string, type: string, connection: string, size: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(planner.url);
      const socket = connect({ host: hostname, port: Number(port) });
      const piece = Buffer.alloc(MIB, 'x');
      let left = size;
      let answer = '';
      socket.once('error', (error) =>
        reject(new Error(`${error.message} after ${size - left} bytes; read: ${answer}`)),
      );
      socket.pause();
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: ${type}\r\n` +
          `content-length: ${size}\r\nconnection: ${connection}\r\n\r\n`,
      );
      const next = (): void => {
        if (left === 0) {
          socket.on('data', (chunk: Buffer) => {
            answer += chunk.toString();
            if (/"problems":.*\}$/s.test(answer)) socket.destroy();
          });
          socket.once('close', () => resolve(answer));
          socket.resume();
          return;
        }
        left -= piece.length;
        socket.write(piece, next);
      };
      next();
    });

  it.each([
    ['of a stranger', '/api/v1/transactions', 'wrong', 'application/json', 401],
    ['of more than 8 MiB', '/api/v1/transactions', ADMIN_TOKEN, 'application/json', 413],
    ['of another type', '/api/v1/transactions', ADMIN_TOKEN, 'text/plain', 415],
    ['that is no archive', '/api/v1/releases', ADMIN_TOKEN, 'application/gzip', 422],
    ['of no archive of a cluster', '/api/v1/cluster-archives', ADMIN_TOKEN, 'application/gzip', 422],
    ['to nowhere', '/api/v1/nothing', ADMIN_TOKEN, 'application/octet-stream', 404],
  ])('%s is answered, and the answer arrives', async (_, path, token, type, status) => {
    for (const connection of ['keep-alive', 'close']) {
      const answer = await send(path, token, type, connection, 32 * MIB);
      expect([connection, answer.split('\r\n')[0]]).toEqual([
        connection,
        expect.stringContaining(`HTTP/1.1 ${status} `),
      ]);
      expect(answer).toContain('"problems":');
    }
  });

  it('leaves connections open for longer than those who use them do, so that no request meets a closing one', async () => {
    const { headers } = await planner.get('/health/live').set('connection', 'keep-alive');
    expect(Number(/timeout=(\d+)/.exec(String(headers['keep-alive']))?.[1])).toBeGreaterThan(60);
  });
});
