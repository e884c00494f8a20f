import { ApiError, type MusterClient, ServerUnreachable, type TransactionStatus } from '@muster/client';
import { isDeploymentEnd } from '@muster/model';
import type { Io } from '../io/io';
import { LiveProgress } from './live-progress';
import { PlainProgress } from './plain-progress';
import type { Progress } from './progress';
import { RunView } from './run-view';

/** How a wait ended: with the transaction, by Ctrl-C, by its time, or because events could not be read any more. */
export interface Waited {
  readonly because: 'ended' | 'detached' | 'timeout' | 'lost';
  /** Whether the server still answers. */
  readonly answers: boolean;
  /** As of the end of the wait; as last known where the server does not say, null where it never did. */
  readonly status: TransactionStatus | null;
}

/** How long the server is asked for the last word after a wait that ended before the transaction. */
const LAST_WORD_MS = 5_000;

/**
 * Follows a transaction to its end, showing progress on stderr. Ctrl-C ends the wait and not the transaction.
 * Fails when nothing was learnt at all: `ApiError`, `ServerUnreachable`.
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
    return { because: 'ended', answers: true, status: await wait.follow() };
  } catch (error) {
    if (stop.signal.aborted) return await wait.lastWord(stop.signal.reason as 'detached' | 'timeout');
    if (!wait.hasBegun || !isLoss(error)) throw error;
    return await wait.lastWord('lost');
  } finally {
    progress.end();
    if (timer) clearTimeout(timer);
    stopListening();
  }
}

/** The server or the way to it broke down, as against a refusal. */
function isLoss(error: unknown): boolean {
  return error instanceof ServerUnreachable || (error instanceof ApiError && error.status >= 500);
}

class Wait {
  readonly #view = new RunView();
  #status: TransactionStatus | null = null;

  constructor(
    private readonly client: MusterClient,
    private readonly transaction: string,
    private readonly progress: Progress,
    private readonly signal: AbortSignal,
  ) {}

  /** The transaction is known. */
  get hasBegun(): boolean {
    return this.#status !== null;
  }

  async follow(): Promise<TransactionStatus> {
    const { transaction, signal, progress } = this;
    const first = await this.#ask(signal);
    progress.show(this.#view, null);
    if (isDeploymentEnd(first.state)) return first;
    const onReconnect = progress.reconnecting.bind(progress);
    for await (const event of this.client.events.follow({ transaction, after: 0 }, { signal, onReconnect })) {
      const { task } = event.subject;
      // A later graph of the transaction was planned meanwhile: its tasks are counted from now on.
      if (task !== undefined && !this.#view.knows(task)) await this.#ask(signal);
      this.#view.apply(event);
      progress.show(this.#view, event);
      if (event.type === 'transaction.ended') {
        const status = await this.#ask(signal);
        // An end of an earlier run, when someone resumed it since.
        if (isDeploymentEnd(status.state)) return status;
      }
    }
    return this.#ask(signal);
  }

  /** What was learnt while waiting is from whenever something was asked; the wait ends with what is so now. */
  async lastWord(because: 'detached' | 'timeout' | 'lost'): Promise<Waited> {
    try {
      const status = await this.#ask(AbortSignal.timeout(LAST_WORD_MS));
      return { because: isDeploymentEnd(status.state) ? 'ended' : because, answers: true, status };
    } catch {
      // The server is gone or too slow: the transaction goes on all the same, and how to come back is still to be told.
      return { because, answers: false, status: this.#status };
    }
  }

  async #ask(signal: AbortSignal): Promise<TransactionStatus> {
    this.#status = await this.client.transactions.get(this.transaction, signal);
    this.#view.take(this.#status);
    return this.#status;
  }
}
