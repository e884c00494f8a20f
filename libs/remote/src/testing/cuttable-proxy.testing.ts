import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP port that leads to another one, and whose connections can be cut or made to hang. */
export interface CuttableProxy {
  readonly port: number;
  /** Connections made so far, and those that are open. */
  readonly made: number;
  readonly open: number;
  /** Ends every connection. */
  cut(): void;
  /** Keeps the connections, and lets nothing through any more: what a firewall or a pulled cable looks like. */
  hang(): void;
  close(): Promise<void>;
}

export async function startCuttableProxy(target: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let made = 0;
  const server = createServer((inward) => {
    made++;
    const outward = connect(target, '127.0.0.1');
    for (const socket of [inward, outward]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    inward.on('close', () => outward.destroy());
    outward.on('close', () => inward.destroy());
    inward.pipe(outward).pipe(inward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get made() {
      return made;
    },
    get open() {
      return sockets.size / 2;
    },
    cut,
    hang: () => {
      for (const socket of sockets) socket.unpipe();
      for (const socket of sockets) socket.pause();
    },
    close: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
