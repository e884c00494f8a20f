import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { Server, utils, type AuthContext, type Connection, type ParsedKey, type ServerChannel } from 'ssh2';
import { fingerprint } from '../connection/fingerprint';
import { gatherWrites } from '../connection/gather-writes';
import { makeKeyPair } from '../connection/make-key-pair';
import { endFolderProcesses } from './folder-processes';

export interface EmbeddedNodeOptions {
  /** The node's own folder: HOME, working folder, host key, state folder. Made if missing. */
  readonly folder: string;
  readonly name: string;
  /** Public keys that may log in, as in an `authorized_keys` file. */
  readonly authorizedKeys: readonly string[];
  /** Login name that is accepted. Default `muster`. */
  readonly user?: string;
  /** Default: any free port, and the same again after a restart if it is still free. */
  readonly port?: number;
  /** More environment for the commands, for tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where an embedded node is reached. */
export interface EmbeddedNodeAddress {
  readonly name: string;
  readonly address: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  /** `SHA256:...` */
  readonly hostKey: string;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

/**
 * A node that is no machine: an SSH server on loopback that runs real `sh` in a folder of its own.
 *
 * Commands get PATH, HOME and MUSTER_* and nothing else of this process's environment, and outlive connections and this
 * process. `sh` itself is not confined to the folder. "Booting" ends what runs there and changes the boot id.
 */
export class EmbeddedNode {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #folder: string;
  readonly #user: string;
  readonly #hostKey: string;
  readonly #authorized: readonly ParsedKey[];
  #watcher: FSWatcher | null = null;
  #bootId: string;

  constructor(private readonly options: EmbeddedNodeOptions) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#folder = realpathSync(options.folder);
    this.#user = options.user ?? 'muster';
    this.#authorized = options.authorizedKeys.map(parsePublicKey);
    const hostKey = this.#keep('host_key', () => makeKeyPair('muster-node').private);
    const parsed = utils.parseKey(hostKey);
    if (parsed instanceof Error) throw new Error(`cannot read the host key in ${this.#folder}`, { cause: parsed });
    this.#hostKey = fingerprint(parsed.getPublicSSH());
    this.#bootId = this.#keep('boot_id', randomUUID);
    writeFileSync(join(this.#folder, 'reboot'), REBOOT, { mode: 0o700 });
    this.#server = new Server({ hostKeys: [hostKey] }, (connection) => this.#serve(connection));
  }

  /** Begins to listen. Fails with an Error if the port given is taken. */
  async start(): Promise<EmbeddedNodeAddress> {
    const known = Number(existsSync(this.#path('port')) ? readFileSync(this.#path('port'), 'utf8') : 0);
    const wanted = this.options.port ?? known;
    await this.#listen(wanted).catch((error: unknown) => {
      if (this.options.port !== undefined || wanted === 0) throw error;
      return this.#listen(0);
    });
    const { port } = this.#server.address() as AddressInfo;
    writeFileSync(this.#path('port'), `${port}\n`);
    // `reboot` inside the node changes the boot id; the rest of booting is done here.
    this.#watcher = watch(this.#folder, (_, file) => {
      if (file === 'boot_id') this.#bootIfNew();
    });
    return { name: this.options.name, address: '127.0.0.1', port, user: this.#user, hostKey: this.#hostKey };
  }

  /** Stops listening and drops connections; what runs on the node goes on. */
  async stop(): Promise<void> {
    this.#watcher?.close();
    this.dropConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Cuts every connection, as a broken network would. */
  dropConnections(): void {
    for (const connection of this.#connections) connection.end();
  }

  /** The file may have been touched alone, as a second process does that begins to serve the folder, or be half written. */
  #bootIfNew(): void {
    const bootId = existsSync(this.#path('boot_id')) ? readFileSync(this.#path('boot_id'), 'utf8') : '';
    if (bootId === this.#bootId || !bootId.endsWith('\n')) return;
    this.#bootId = bootId;
    this.dropConnections();
    endFolderProcesses(this.#folder);
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(new Error(`cannot listen on 127.0.0.1:${port}`, { cause: error }));
      this.#server.once('error', fail);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.removeListener('error', fail);
        resolve();
      });
    });
  }

  #serve(connection: Connection): void {
    this.#connections.add(connection);
    // ssh2 offers no public way to the socket; without this each small answer waits 40 ms.
    const { _sock: socket } = connection as unknown as { readonly _sock: Socket };
    socket.setNoDelay(true);
    gatherWrites(socket);
    connection.on('error', () => connection.end());
    connection.on('close', () => this.#connections.delete(connection));
    connection.on('authentication', (context) => this.#authenticate(context));
    connection.on('ready', () => {
      connection.on('session', (acceptSession) => {
        acceptSession().on('exec', (accept, _reject, { command }) => this.#run(command, accept()));
      });
      connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
        if (!LOOPBACK.has(destIP)) return reject();
        const socket = connect(destPort, destIP);
        socket.once('error', () => reject());
        socket.once('connect', () => {
          const stream = accept();
          stream.on('error', () => socket.destroy());
          stream.on('close', () => socket.destroy());
          socket.on('error', () => stream.close());
          stream.pipe(socket).pipe(stream);
        });
      });
    });
  }

  #authenticate(context: AuthContext): void {
    if (context.method !== 'publickey' || context.username !== this.#user) return context.reject(['publickey']);
    const offered = context.key;
    const known = this.#authorized.find(
      (key) => key.type === keyType(offered.algo) && key.getPublicSSH().equals(offered.data),
    );
    if (!known) return context.reject(['publickey']);
    if (!context.signature) return context.accept();
    const { blob, signature, hashAlgo } = context as typeof context & { hashAlgo?: string };
    if (blob && signature && known.verify(blob, signature, hashAlgo)) context.accept();
    else context.reject(['publickey']);
  }

  #run(command: string, channel: ServerChannel): void {
    const shell: ChildProcess = spawn('/bin/sh', ['-c', command], {
      cwd: this.#folder,
      detached: true,
      stdio: 'pipe',
      env: {
        PATH: [process.env['PATH'] ?? '/usr/bin:/bin', dirname(process.execPath)].join(delimiter),
        HOME: this.#folder,
        MUSTER_STATE_DIR: this.#path('state'),
        MUSTER_BOOT_ID_FILE: this.#path('boot_id'),
        MUSTER_REBOOT: this.#path('reboot'),
        MUSTER_NODE: this.options.name,
        ...this.options.env,
      },
    });
    const { stdin, stdout, stderr } = shell;
    if (!stdin || !stdout || !stderr) throw new Error('a spawned shell has no pipes');
    for (const stream of [channel, channel.stderr, stdin, stdout, stderr]) stream.on('error', () => undefined);
    channel.pipe(stdin);
    // Not ended by the pipes: the exit code has to be sent first, else it and what is on stderr vanish.
    stdout.pipe(channel, { end: false });
    stderr.pipe(channel.stderr, { end: false });
    channel.on('close', () => {
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
    });
    shell.on('error', () => channel.close());
    shell.on('close', (code, signal) => {
      if (signal) channel.exit(signal.replace(/^SIG/, ''));
      else channel.exit(code ?? 255);
      channel.end();
    });
  }

  /** Content of a file in the node's folder, made once. */
  #keep(file: string, make: () => string): string {
    if (!existsSync(this.#path(file))) writeFileSync(this.#path(file), `${make().trim()}\n`, { mode: 0o600 });
    chmodSync(this.#path(file), 0o600);
    return readFileSync(this.#path(file), 'utf8');
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }
}

/** Runs on the node in place of the machine's `reboot`: whoever serves the node notices the new boot id. */
const REBOOT = `#!/bin/sh
read -r id </proc/sys/kernel/random/uuid
printf '%s\\n' "$id" >"$MUSTER_BOOT_ID_FILE"
`;

function parsePublicKey(text: string): ParsedKey {
  const key = utils.parseKey(text);
  if (key instanceof Error || key.isPrivateKey()) throw new Error('an authorized key is no public key in OpenSSH form');
  return key;
}

/** RSA keys are offered under the name of their signature's hash. */
function keyType(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}
