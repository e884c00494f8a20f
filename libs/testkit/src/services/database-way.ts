import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a database that a test can make silent; what is behind it goes on. */
export interface DatabaseWay {
  /** Of the database, by this way. */
  readonly url: string;
  /** Nothing passes while it is held, and nobody is told. */
  hold(isHeld: boolean): void;
  /** Nothing more passes on connections that there are, and nobody is told; new ones are as before. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens a way to the database at the URL `target`. */
export async function openDatabaseWay(target: string): Promise<DatabaseWay> {
  const sockets = new Set<Socket>();
  const deaf = new Set<Socket>();
  let isHeld = false;
  const { hostname, port } = new URL(target);
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [near, far].forEach((each) => each.destroy()));
      if (isHeld) socket.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    hold: (held) => {
      isHeld = held;
      for (const socket of sockets) if (!deaf.has(socket)) socket[held ? 'pause' : 'resume']();
    },
    cut: () => {
      for (const socket of sockets) {
        deaf.add(socket);
        socket.unpipe().pause();
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
