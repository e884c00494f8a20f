import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A machine that accepts connections and never says a word. */
export class SilentListener {
  private constructor(
    readonly port: number,
    private readonly sockets: ReadonlySet<Socket>,
    private readonly end: () => Promise<unknown>,
  ) {}

  static async open(): Promise<SilentListener> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      // Read and thrown away, so that the other side's end is noticed.
      socket
        .on('error', () => undefined)
        .on('close', () => sockets.delete(socket))
        .resume();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const end = (): Promise<unknown> => new Promise((resolve) => server.close(resolve));
    return new SilentListener((server.address() as AddressInfo).port, sockets, end);
  }

  /** Connections that are open now. */
  get open(): number {
    return this.sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await this.end();
  }
}
