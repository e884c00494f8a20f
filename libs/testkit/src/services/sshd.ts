import { once } from 'node:events';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Daemon } from './daemon';
import { freePort } from './free-port';
import { privateFolder } from './private-folder';
import { descendants, killAll, signalAll, stopAll } from './process-tree';
import type { PrivateService } from './service';
import { isRoot, runAs } from './service-user';
import { makeSshKey, sshProgram, type SshKey } from './ssh-keys';
import { makePrivilegeSeparationFolder, type SshdSettings, writeSshdConfig } from './sshd-config';

export interface SshdOptions {
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Lines of sshd_config that replace ours: `MaxSessions`, `Banner`, `ForceCommand`, `SetEnv`... */
  readonly settings?: SshdSettings;
  /** The account that tests log in as; default: the one we are. Another account needs root. */
  readonly user?: string;
  /**
   * Shell code that changes what sshd and its sessions see of the file system (`mount`...), in a mount namespace of their
   * own that ends with them. As somebody else than root this takes user namespaces; where the kernel refuses those,
   * sshd does not start.
   */
  readonly mounts?: string;
}

/** A real sshd in the foreground, with a key that opens it. */
export interface TestSshd extends PrivateService {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Private key that is let in. */
  readonly identity: string;
  readonly identityFile: string;
  /** Fingerprint of the host key, `SHA256:...`. */
  readonly hostKey: string;
  /** A folder of this sshd, removed at its end; the account of the tests may write in it. */
  readonly folder: string;
}

/** Starts an sshd of our own. Commands that left their session outlive everything here but are the test's to end. */
export async function startSshd(options: SshdOptions = {}): Promise<TestSshd> {
  const sshd = await sshProgram('sshd');
  const folder = await privateFolder('ssh');
  const work = await folder.inside('work');
  const address = options.address ?? '127.0.0.1';
  const port = options.port ?? (await freePort(address));
  const user = options.user ?? userInfo().username;
  const hostKey = await makeSshKey(join(folder.path, 'host_key'));
  const identity = await makeSshKey(join(folder.path, 'identity'));
  await makePrivilegeSeparationFolder();
  const settings = options.settings ?? {};
  const config = await writeSshdConfig({
    folder: folder.path,
    address,
    port,
    hostKey,
    authorized: [identity],
    settings,
  });
  const argv = [...withMounts(options.mounts), ...(await runAs(null)), sshd, '-D', '-e', '-f', config];

  let daemon = await start();
  async function start(): Promise<Daemon> {
    const started = await Daemon.start({ name: 'sshd', argv, logFile: join(folder.path, 'log') });
    await started.untilReady(() => greets(address, port));
    return started;
  }
  async function end(): Promise<void> {
    const sessions = daemon.isEnded ? [] : await descendants(daemon.pid);
    await daemon.end('SIGKILL');
    await killAll(sessions);
  }
  return {
    kind: 'private',
    url: `ssh://${user}@${address}:${port}`,
    ...sshAccess(address, port, user, identity, hostKey),
    folder: work,
    stop: async () => {
      await end();
      await folder.remove();
    },
    kill: end,
    start: async () => {
      daemon = await start();
    },
    restart: async () => {
      await end();
      daemon = await start();
    },
    pause: async () => stopAll([daemon.pid, ...(await descendants(daemon.pid))]),
    resume: async () => signalAll([daemon.pid, ...(await descendants(daemon.pid))], 'SIGCONT'),
  };
}

/** What stands before a command line so that it runs where `mounts` was done; as the user we are, after mounting as root of a namespace. */
function withMounts(mounts: string | undefined): string[] {
  if (mounts === undefined) return [];
  const ids = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  const [enter, leave] = isRoot() ? [['-m'], []] : [['-Urm'], ['unshare', '-U', ...ids, '--']];
  return ['unshare', ...enter, '/bin/sh', '-c', `mount --make-rprivate / && ${mounts} && exec "$@"`, 'sh', ...leave];
}

/** The fields by which a test logs in. */
export function sshAccess(address: string, port: number, user: string, identity: SshKey, hostKey: SshKey) {
  return {
    address,
    port,
    user,
    identity: identity.privateKey,
    identityFile: identity.file,
    hostKey: hostKey.fingerprint,
  };
}

/** True if something at the address greets like an SSH server. Bounded by a second. */
export async function greets(address: string, port: number): Promise<boolean> {
  const socket = connect({ host: address, port });
  socket.setTimeout(1000, () => socket.destroy(new Error('no greeting in time')));
  try {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    return bytes.toString('latin1').startsWith('SSH-');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
