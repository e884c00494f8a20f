import type { AuditEntry } from './write-audit';

/** Refusals of one caller that are written one by one, per window. */
const WRITTEN_MAX = 20;
/** Of all callers together. */
const WRITTEN_ALL_MAX = 300;
const WINDOW_MS = 60_000;
/** Callers told apart; those that come later in a window are counted as one. */
const CALLERS_MAX = 1000;

interface Counted {
  written: number;
  left: number;
  last: AuditEntry;
}

/**
 * Keeps a flood of refusals from becoming a flood of entries: beyond a few in a minute those of one caller are counted,
 * and told by one entry when the minute is over.
 */
export class RefusalGate {
  #since = -Infinity;
  #written = 0;
  #callers = new Map<string, Counted>();

  /** True if the refusal is to be written now. `now` in milliseconds of any clock that does not go back. */
  pass(entry: AuditEntry, now: number): boolean {
    if (now - this.#since >= WINDOW_MS && this.#leftOver().length === 0) this.#begin(now);
    const counted = this.#callerOf(entry);
    if (counted.written < WRITTEN_MAX && this.#written < WRITTEN_ALL_MAX) {
      counted.written += 1;
      this.#written += 1;
      return true;
    }
    counted.left += 1;
    counted.last = entry;
    return false;
  }

  /** What was counted in a window that is over: one entry for each caller. */
  take(now: number, all = false): readonly AuditEntry[] {
    if (!all && now - this.#since < WINDOW_MS) return [];
    const entries = this.#leftOver().map(({ last, left }) => ({ ...last, count: left }));
    this.#begin(now);
    return entries;
  }

  #leftOver(): readonly Counted[] {
    return [...this.#callers.values()].filter(({ left }) => left > 0);
  }

  #begin(now: number): void {
    this.#since = now;
    this.#written = 0;
    this.#callers = new Map();
  }

  #callerOf(entry: AuditEntry): Counted {
    const name = JSON.stringify([entry.fromAddress, entry.who, entry.project]);
    const key = this.#callers.has(name) || this.#callers.size < CALLERS_MAX ? name : 'others';
    const known = this.#callers.get(key);
    if (known !== undefined) return known;
    const fresh = { written: 0, left: 0, last: entry };
    this.#callers.set(key, fresh);
    return fresh;
  }
}
