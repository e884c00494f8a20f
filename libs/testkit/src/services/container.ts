import { runProgram, tryProgram } from './run-program';
import type { PrivateService } from './service';
import { waitUntil } from './wait-until';

/** The command of a container engine that answers; null if none does. A client without its engine is common, so it is asked. */
export async function findContainerEngine(
  candidates: readonly string[] = ['docker', 'podman'],
): Promise<string | null> {
  for (const engine of candidates) {
    if ((await tryProgram([engine, 'info'], { timeoutMs: 15_000 })).code === 0) return engine;
  }
  return null;
}

export interface ContainerOptions {
  readonly engine: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  /** Port on this machine's loopback, and the one inside. */
  readonly port: number;
  readonly innerPort: number;
  readonly url: string;
  readonly isReady: () => Promise<boolean>;
}

/** A service in a container of our own. `id` is the container's, for commands inside it. */
export async function startContainer(options: ContainerOptions): Promise<PrivateService & { readonly id: string }> {
  const { engine, image, env, port, innerPort, url, isReady } = options;
  const run = (...args: string[]): Promise<string> => runProgram([engine, ...args], { timeoutMs: 600_000 });
  const untilReady = (): Promise<unknown> =>
    waitUntil(`${image} is ready`, isReady, { timeoutMs: 120_000, intervalMs: 200 });
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const publish = `127.0.0.1:${port}:${innerPort}`;
  const id = (await run('run', '-d', '--label', 'muster-test', '-p', publish, ...variables, image)).trim();
  let removed = false;
  const stop = async (): Promise<void> => {
    if (!removed) await run('rm', '-f', '-v', id);
    removed = true;
  };
  try {
    await untilReady();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    kind: 'container',
    id,
    url,
    stop,
    kill: async () => void (await run('kill', '-s', 'KILL', id)),
    start: async () => {
      await run('start', id);
      await untilReady();
    },
    restart: async () => {
      await run('restart', id);
      await untilReady();
    },
    pause: async () => void (await run('pause', id)),
    resume: async () => void (await run('unpause', id)),
  };
}
