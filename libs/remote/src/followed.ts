import type { NodeReport } from '@muster/execution';
import type { NodeSession } from './node-session';

/** Something that watches one attempt until its end. */
export interface Watch {
  readonly attempt: string;
  readonly session: NodeSession;
  /** The launcher told the end: code, bytes kept and dropped of each stream, whether there are outputs. */
  ended(words: readonly string[]): void;
  /** Begins to report; `now` if the attempt may be over already. Nothing is reported before. */
  begin(now: boolean): void;
  /** The connection is gone. True if it goes on by itself, false if the attempt's owner has to attach. */
  survivesLinkLoss(): boolean;
  /** What is on the node when nobody watches any more: of a probe a question that is being asked there, or nothing. */
  readonly leaves: 'command' | 'question' | 'nothing';
  stop(): void;
}

/** Attempts whose reports somebody waits for, one watch each. */
export class Followed {
  readonly #watches = new Map<string, Watch>();
  /** Over which any attempt is followed; null: to be counted again. */
  #needed: ReadonlySet<NodeSession> | null = null;

  constructor(readonly report: (report: NodeReport) => void) {}

  has(attempt: string): boolean {
    return this.#watches.has(attempt);
  }

  /** True while any attempt is followed over `session`. */
  needs(session: NodeSession): boolean {
    this.#needed ??= new Set([...this.#watches.values()].map((watch) => watch.session));
    return this.#needed.has(session);
  }

  /** Replaces an earlier watch of the same attempt. */
  add(watch: Watch): void {
    this.drop(watch.attempt);
    this.#watches.set(watch.attempt, watch);
    this.#needed = null;
  }

  /** Reports something of a watch that goes on. */
  tell(watch: Watch, report: NodeReport): void {
    if (this.#watches.get(watch.attempt) === watch) this.report(report);
  }

  /** Takes the watch away and gives its last report. */
  finish(watch: Watch, report: NodeReport): void {
    if (this.#watches.get(watch.attempt) !== watch) return;
    this.drop(watch.attempt);
    this.report(report);
  }

  ended(attempt: string, words: readonly string[]): void {
    this.#watches.get(attempt)?.ended(words);
  }

  /** Asks no more, if the attempt is a probe that is followed; true if nothing of it is left on the node then. */
  endProbe(attempt: string): boolean {
    const leaves = this.#watches.get(attempt)?.leaves ?? 'command';
    if (leaves !== 'command') this.drop(attempt);
    return leaves === 'nothing';
  }

  linkLost(session: NodeSession): void {
    for (const watch of [...this.#watches.values()]) {
      if (watch.session !== session || watch.survivesLinkLoss()) continue;
      this.drop(watch.attempt);
      // After the answer to whoever is starting the attempt right now.
      setImmediate(() => this.report({ kind: 'link-lost', attempt: watch.attempt, node: session.target.name }));
    }
  }

  drop(attempt: string): void {
    this.#watches.get(attempt)?.stop();
    this.#watches.delete(attempt);
    this.#needed = null;
  }

  dropAll(): void {
    for (const attempt of [...this.#watches.keys()]) this.drop(attempt);
  }
}
