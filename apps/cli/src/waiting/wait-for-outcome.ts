import type { MusterClient, TransactionStatus } from '@muster/client';
import { isDeploymentEnd } from '@muster/model';
import type { Io } from '../io/io';
import { LiveProgress } from './live-progress';
import { PlainProgress } from './plain-progress';
import type { Progress } from './progress';
import { RunView } from './run-view';

/** How a wait ended: with the transaction, by Ctrl-C, or by its time. */
export interface Waited {
  readonly because: 'ended' | 'detached' | 'timeout';
  /** As last known; null when detached before anything was heard. */
  readonly status: TransactionStatus | null;
}

/**
 * Follows a transaction to its end, showing progress on stderr. Ctrl-C ends the wait and not the transaction.
 * Fails: `ApiError`, `ServerUnreachable`.
 */
export async function waitForOutcome(
  io: Io,
  client: MusterClient,
  transaction: string,
  timeoutMs: number | null,
): Promise<Waited> {
  const stop = new AbortController();
  const stopListening = io.onInterrupt(() => stop.abort('detached'));
  const timer = timeoutMs === null ? null : setTimeout(() => stop.abort('timeout'), timeoutMs);
  const progress = io.stderr.isTerminal ? new LiveProgress(io) : new PlainProgress(io);
  const wait = new Wait(client, transaction, progress, stop.signal);
  try {
    return { because: 'ended', status: await wait.follow() };
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return { because: stop.signal.reason as 'detached' | 'timeout', status: wait.status };
  } finally {
    progress.end();
    if (timer) clearTimeout(timer);
    stopListening();
  }
}

class Wait {
  readonly #view = new RunView();
  status: TransactionStatus | null = null;

  constructor(
    private readonly client: MusterClient,
    private readonly transaction: string,
    private readonly progress: Progress,
    private readonly signal: AbortSignal,
  ) {}

  async follow(): Promise<TransactionStatus> {
    const { transaction, signal, progress } = this;
    const first = await this.#ask();
    progress.show(this.#view, null);
    if (isDeploymentEnd(first.state)) return first;
    const onReconnect = progress.reconnecting.bind(progress);
    for await (const event of this.client.events.follow({ transaction, after: 0 }, { signal, onReconnect })) {
      const { task } = event.subject;
      // A later graph of the transaction was planned meanwhile: its tasks are counted from now on.
      if (task !== undefined && !this.#view.knows(task)) await this.#ask();
      this.#view.apply(event);
      progress.show(this.#view, event);
      if (event.type === 'transaction.ended') {
        const status = await this.#ask();
        // An end of an earlier run, when someone resumed it since.
        if (isDeploymentEnd(status.state)) return status;
      }
    }
    return this.#ask();
  }

  async #ask(): Promise<TransactionStatus> {
    this.status = await this.client.transactions.get(this.transaction, this.signal);
    this.#view.take(this.status);
    return this.status;
  }
}
