import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 25;

/** Looks again and again at the command lines and environments of all processes, until stopped. */
export class ProcessSamples {
  /** Each that was seen, once. */
  readonly commandLines = new Set<string>();
  /** By command line, so that those that may know a secret can be told. */
  readonly environments = new Map<string, string>();
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();

  static start(): ProcessSamples {
    const samples = new ProcessSamples();
    samples.#looking = samples.#look();
    return samples;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const command = textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
        if (command === '' || Number(pid) === process.pid) continue;
        this.commandLines.add(command);
        const key = `${pid} ${command}`;
        if (!this.environments.has(key)) this.environments.set(key, textOf(`/proc/${pid}/environ`));
      }
      await sleep(INTERVAL_MS);
    }
  }
}

/** Empty when the process is gone by now. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
