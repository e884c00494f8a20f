/** Failures of one address within a minute, after which it waits, when nobody says. */
export const FAILURES_PER_MINUTE = 60;
const WINDOW_MS = 60_000;
/** Addresses told apart; the one that failed longest ago is forgotten first. */
const ADDRESSES_MAX = 10_000;
/** Tokens that were good a short while ago are still heard from an address that waits: others may share it. */
const GOOD_MS = 300_000;
const GOOD_MAX = 10_000;

/**
 * Slows down whoever tries tokens. Counts in this process alone: with several planners an address has that many tries at
 * each. `now` is in milliseconds of any clock that does not go back.
 */
export class FailedSignIns {
  readonly #failures = new Map<string, { since: number; count: number }>();
  readonly #good = new Map<string, number>();

  constructor(private readonly perMinute: number = FAILURES_PER_MINUTE) {}

  /** For how long an address is not heard; 0: it is. */
  waitMs(address: string, now: number): number {
    const failed = this.#failures.get(networkOf(address));
    if (failed === undefined || failed.count < this.perMinute) return 0;
    return Math.max(0, failed.since + WINDOW_MS - now);
  }

  failed(address: string, now: number): void {
    const key = networkOf(address);
    const before = this.#failures.get(key);
    const isOver = before === undefined || now - before.since >= WINDOW_MS;
    this.#failures.delete(key);
    this.#failures.set(key, isOver ? { since: now, count: 1 } : { since: before.since, count: before.count + 1 });
    dropOldest(this.#failures, ADDRESSES_MAX);
  }

  /** By hash. */
  succeeded(token: string, now: number): void {
    this.#good.delete(token);
    this.#good.set(token, now);
    dropOldest(this.#good, GOOD_MAX);
  }

  wasGood(token: string, now: number): boolean {
    const at = this.#good.get(token);
    return at !== undefined && now - at < GOOD_MS;
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  const oldest = map.keys().next();
  if (map.size > most && oldest.done !== true) map.delete(oldest.value);
}

/** IPv6 addresses are given out by the network of 64 bits, so one machine has them all. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail = ''] = address.split('::');
  const left = head.split(':').filter((part) => part !== '');
  const right = address.includes('::') ? tail.split(':').filter((part) => part !== '') : [];
  const middle = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...middle, ...right].slice(0, 4).join(':');
}
