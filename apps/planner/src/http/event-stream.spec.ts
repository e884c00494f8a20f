import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { waitUntil } from '@muster/testkit';
import express from 'express';
import { streamEvents } from './event-stream';

describe('a stream of events', () => {
  let server: Server;
  let handed = 0;
  let ended = false;
  const sockets: Socket[] = [];

  const listen = async (options: { heartbeatMs?: number; stalledMs?: number }, batches: number): Promise<number> => {
    handed = 0;
    ended = false;
    const app = express();
    app.get('/', (request, response) => {
      const events = async function* (gone: AbortSignal) {
        for (; handed < batches && !gone.aborted; handed++) yield [{ id: String(handed), data: 'x'.repeat(100_000) }];
        if (!gone.aborted) await new Promise((resolve) => gone.addEventListener('abort', resolve));
      };
      void streamEvents(request, response, new AbortController().signal, events, options).finally(() => (ended = true));
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await waitUntil('it listens', () => server.listening);
    return (server.address() as AddressInfo).port;
  };
  const ask = (port: number): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    sockets.push(socket);
    return socket;
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    server.close();
    // Else its timers would keep this process for ever.
    await waitUntil('the stream has ended', () => ended);
  });

  it('waits for a slow reader, and hands over no more than fits in between', async () => {
    const socket = ask(await listen({}, 5000));
    socket.pause();
    await waitUntil('it has begun', () => handed > 0);
    let before = -1;
    await waitUntil('it stands still', async () => {
      const still = handed === before;
      before = handed;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return still;
    });
    // Half a gigabyte would have been handed over; what stays in the socket's buffers is a few megabytes.
    expect(handed).toBeLessThan(500);
    socket.resume();
    await waitUntil('it goes on', () => handed > before + 100);
  });

  it('lets a reader go that takes nothing any more', async () => {
    const socket = ask(await listen({ stalledMs: 100 }, 5000));
    socket.pause();
    await waitUntil('it has let go', () => ended);
    expect(handed).toBeLessThan(500);
  });

  it('says that it lives while nothing happens', async () => {
    const socket = ask(await listen({ heartbeatMs: 5 }, 0));
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    await waitUntil('it has said so twice', () => text.split(': alive').length > 2);
  });
});
