import { join } from 'node:path';
import { Client } from 'pg';
import { Daemon } from './daemon';
import { findProgram, versionedFolders } from './find-program';
import { freePort } from './free-port';
import { privateFolder } from './private-folder';
import { descendants, killAll, signalAll, stopAll } from './process-tree';
import { runProgram } from './run-program';
import type { PrivateService } from './service';
import { runAs, serviceUser } from './service-user';

export interface PostgresPrograms {
  readonly postgres: string;
  readonly initdb: string;
}

/** PostgreSQL's programs, newest version first (Debian keeps them out of the PATH); null if not installed. */
export async function findPostgres(): Promise<PostgresPrograms | null> {
  const folders = await versionedFolders('/usr/lib/postgresql', /^\d+$/, 'bin');
  const postgres = await findProgram('postgres', folders);
  const initdb = await findProgram('initdb', folders);
  return postgres && initdb ? { postgres, initdb } : null;
}

/** Settings that a PostgreSQL of our own gets beside, or instead of, those of tests: `fsync=on,shared_buffers=512MB`. */
export const SETTINGS_VARIABLE = 'MUSTER_TEST_DATABASE_SETTINGS';

function wishedSettings(): Record<string, string> {
  const wished = (process.env[SETTINGS_VARIABLE] ?? '').split(',').filter((each) => each.includes('='));
  return Object.fromEntries(wished.map((each) => [each.replace(/=.*/, ''), each.replace(/^[^=]*=/, '')]));
}

/** Starts a PostgreSQL of our own: own folder, own port, trusting its loopback clients. */
export async function startPostgresDaemon(programs: PostgresPrograms): Promise<PrivateService> {
  const user = await serviceUser('postgres', 'nobody');
  const prefix = await runAs(user);
  const folder = await privateFolder('pg');
  const data = await folder.inside('data', user);
  const sockets = await folder.inside('run', user);
  const port = await freePort();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  await runProgram([
    ...prefix,
    programs.initdb,
    '-N',
    '--auth=trust',
    '-U',
    'postgres',
    '-E',
    'UTF8',
    '--locale=C',
    '-D',
    data,
  ]);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: sockets,
    max_connections: '300',
    // Tests kill processes, not power; the page cache survives that.
    fsync: 'off',
    log_min_messages: 'warning',
    ...wishedSettings(),
  };
  const argv = [
    ...prefix,
    programs.postgres,
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];

  let daemon = await start();
  async function start(): Promise<Daemon> {
    const started = await Daemon.start({ name: 'PostgreSQL', argv, logFile: join(folder.path, 'log') });
    await started.untilReady(() => answers(url));
    return started;
  }

  return {
    kind: 'private',
    url,
    // Immediate shutdown: nobody will read the data again.
    stop: async () => {
      await daemon.end('SIGQUIT');
      await folder.remove();
    },
    kill: async () => {
      // Sessions outlive the postmaster for a moment, and until they are gone it does not start again.
      const sessions = await descendants(daemon.pid);
      await daemon.end('SIGKILL');
      await killAll(sessions);
    },
    start: async () => {
      daemon = await start();
    },
    restart: async () => {
      await daemon.end('SIGINT');
      daemon = await start();
    },
    pause: async () => stopAll([daemon.pid, ...(await descendants(daemon.pid))]),
    resume: async () => signalAll([daemon.pid, ...(await descendants(daemon.pid))], 'SIGCONT'),
  };
}

/** True if PostgreSQL at `url` answers a question, let in within two seconds. */
export async function answers(url: string): Promise<boolean> {
  return (await silence(url, 2_000)) === null;
}

/** Why PostgreSQL at `url` answers no question, let in within `limitMs`; null if it does. A refused connection is told at once. */
export async function silence(url: string, limitMs: number): Promise<string | null> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: limitMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => undefined);
  }
}
