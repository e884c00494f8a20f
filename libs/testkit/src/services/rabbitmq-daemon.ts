import { randomBytes } from 'node:crypto';
import { chmod, chown, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connect } from 'amqplib';
import { type BrokerControl, commandControl } from './broker-control';
import { Daemon } from './daemon';
import { findProgram, versionedFolders } from './find-program';
import { freePorts } from './free-port';
import { privateFolder } from './private-folder';
import { descendants, killAll, stopAll } from './process-tree';
import { tryProgram } from './run-program';
import type { PrivateService } from './service';
import { runAs, serviceUser } from './service-user';

export interface RabbitmqPrograms {
  /** The script of the package's own folder: Debian's wrapper in the PATH insists on the system user. */
  readonly server: string;
  readonly control: string;
  readonly epmd: string;
}

/** A broker and the means to administer it. */
export interface PrivateBroker extends PrivateService {
  readonly control: BrokerControl;
}

/** RabbitMQ's and Erlang's programs; null if not installed. */
export async function findRabbitmq(): Promise<RabbitmqPrograms | null> {
  const folders = await versionedFolders('/usr/lib/rabbitmq/lib', /^rabbitmq_server-/, 'sbin');
  const server = await findProgram('rabbitmq-server', folders);
  const epmd = await findProgram('epmd', await versionedFolders('/usr/lib/erlang', /^erts-/, 'bin'));
  const control = server ? await findProgram('rabbitmqctl', [dirname(server)]) : null;
  return server && control && epmd ? { server, control, epmd } : null;
}

/** A port that was free may be somebody else's by the time that Erlang takes it. */
const STARTS_MAX = 3;

/** Starts a RabbitMQ of our own: own folder, own ports, own epmd, own cookie. `settings`: further lines of rabbitmq.conf. */
export async function startRabbitmqDaemon(
  programs: RabbitmqPrograms,
  settings: readonly string[] = [],
): Promise<PrivateBroker> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(programs, settings);
    } catch (error) {
      if (tries === STARTS_MAX || !/dist_port_already_used|eaddrinuse/i.test(String(error))) throw error;
    }
  }
}

async function startOnce(programs: RabbitmqPrograms, settings: readonly string[]): Promise<PrivateBroker> {
  const user = await serviceUser('rabbitmq', 'nobody');
  const prefix = await runAs(user);
  const folder = await privateFolder('mq');
  const home = await folder.inside('home', user);
  const [port, distributionPort, epmdPort] = await freePorts(3);
  await writeFile(join(home, '.erlang.cookie'), randomBytes(16).toString('hex'), { mode: 0o400 });
  await writeFile(join(home, 'enabled_plugins'), '[].');
  await writeFile(
    join(home, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      'log.file.level = warning',
      'log.console = false',
      'disk_free_limit.absolute = 10MB',
      ...settings,
      '',
    ].join('\n'),
  );
  for (const name of ['.erlang.cookie', 'enabled_plugins', 'rabbitmq.conf']) {
    if (user) await chown(join(home, name), user.uid, user.gid);
  }
  await chmod(home, 0o700);

  // From nothing: whatever RABBITMQ_* or ERL_* the caller has would otherwise leak in.
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    LANG: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'muster@localhost',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(home, 'pid'),
    // The script then becomes the Erlang machine instead of watching over it, so that our child is what we kill.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
  const control = commandControl([...prefix, programs.control, '-q'], env);
  const url = `amqp://guest:guest@127.0.0.1:${port}`;

  // Started by us and not by Erlang, which would leave it behind.
  const epmd = await Daemon.start({
    name: 'epmd',
    argv: [...prefix, programs.epmd, '-port', String(epmdPort), '-address', '127.0.0.1'],
    env,
    cwd: home,
    logFile: join(folder.path, 'log'),
  });
  let daemon = await start().catch(async (error: unknown) => {
    await epmd.end('SIGKILL');
    await folder.remove();
    throw error;
  });
  async function start(): Promise<Daemon> {
    const started = await Daemon.start({
      name: 'RabbitMQ',
      argv: [...prefix, programs.server],
      env,
      cwd: home,
      logFile: join(folder.path, 'log'),
    });
    await started.untilReady(() => accepts(url));
    return started;
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    const children = daemon.isEnded ? [] : await descendants(daemon.pid);
    await daemon.end(signal, 30_000);
    await killAll(children);
  }

  return {
    kind: 'private',
    url,
    control,
    stop: async () => {
      await end('SIGKILL');
      await epmd.end('SIGKILL');
      await folder.remove();
    },
    kill: async () => {
      // RabbitMQ 3.10 writes the register of its quorum queues down within seconds, and a queue younger than that is lost
      // for good, messages and all (docs/internals/messaging.md). Tests are about brokers that have been up for a while.
      await tryProgram([...prefix, programs.control, '-q', 'eval', '[dets:sync(T) || T <- dets:all()].'], {
        env,
        timeoutMs: 5_000,
      });
      await end('SIGKILL');
    },
    start: async () => {
      daemon = await start();
    },
    restart: async () => {
      await end('SIGTERM');
      daemon = await start();
    },
    pause: () => stopAll([daemon.pid]),
    resume: async () => daemon.signal('SIGCONT'),
  };
}

/** True if a broker at `url` lets us in within two seconds. */
export async function accepts(url: string): Promise<boolean> {
  return (await refusal(url, 2_000)) === null;
}

/** Why a broker at `url` does not let us in within `limitMs`; null if it does. A refused connection is told at once. */
export async function refusal(url: string, limitMs: number): Promise<string | null> {
  try {
    const connection = await connect(url, { timeout: limitMs });
    connection.on('error', () => undefined);
    await connection.close();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
