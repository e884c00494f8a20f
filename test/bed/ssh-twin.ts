import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Server, type Connection, type ServerChannel, utils } from 'ssh2';
import { createHash } from 'node:crypto';

/** A machine that is none: what sshd cannot be made to do. */
export interface SshTwin {
  readonly port: number;
  /** `SHA256:...` */
  readonly hostKey: string;
  stop(): Promise<void>;
}

/** Lets everybody in, and does `onExec` where a command is asked for: null accepts the request and never answers it. */
export async function startSshTwin(onExec: ((channel: ServerChannel) => void) | null): Promise<SshTwin> {
  const keys = utils.generateKeyPairSync('ed25519');
  const parsed = utils.parseKey(keys.private);
  if (parsed instanceof Error) throw parsed;
  const connections = new Set<Connection>();
  const server = new Server({ hostKeys: [keys.private] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => context.accept());
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        if (!onExec) return;
        const channel = acceptExec();
        channel.on('error', () => undefined);
        channel.stderr.on('error', () => undefined);
        onExec(channel);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    stop: async () => {
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Accepts connections and never says a word. */
export async function startMute(): Promise<Omit<SshTwin, 'hostKey'>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
