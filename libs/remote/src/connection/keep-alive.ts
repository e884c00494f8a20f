import type { Client } from 'ssh2';
import type { Socket } from 'node:net';

/** How often it is looked who has been silent; one timer for all connections. */
const LOOK_MS = 800;
/** So many questions unanswered, and the connection is gone: four seconds after its last word. */
const UNANSWERED_MAX = 3;
/** Looks between two questions where nobody awaits anything: often enough for what forgets silent connections on the way. */
const RESTING_LOOKS = 20;

/** Of ssh2's client. There is no public way to ask in a rhythm that changes. */
interface Inside {
  readonly _protocol?: { ping(): void };
  readonly _callbacks: (() => void)[];
  readonly _sock?: Partial<Socket>;
}

/** One connection that is asked whether it is there. */
export interface KeptAlive {
  /** Replaces what says whether anything is awaited of the node; until then something is. */
  isAwaited: () => boolean;
  /** Asks no more. */
  end(): void;
}

interface Kept extends KeptAlive {
  look(): void;
}

const kept = new Set<Kept>();
let timer: NodeJS.Timeout | null = null;

/**
 * Asks the node at the other end of a connection whether it is there, every other second while it is silent and something is awaited of it,
 * else every quarter of a minute; calls `gone` once it has not answered.
 */
export function keepAlive(client: Client, gone: () => void): KeptAlive {
  const inside = client as unknown as Inside;
  let hasSpoken = true;
  let looks = 0;
  let unanswered = 0;
  let read = -1;
  const heard = (): void => void (hasSpoken = true);
  const it: Kept = {
    isAwaited: () => true,
    end: () => {
      kept.delete(it);
      if (kept.size > 0 || timer === null) return;
      clearInterval(timer);
      timer = null;
    },
    look: () => {
      const bytes = inside._sock?.bytesRead ?? 0;
      if (hasSpoken || bytes !== read) {
        hasSpoken = false;
        read = bytes;
        looks = unanswered = 0;
        return;
      }
      if (unanswered >= UNANSWERED_MAX) {
        it.end();
        gone();
        return;
      }
      looks++;
      // A question that is not answered is asked again soon, also where nobody awaits anything.
      if (looks < RESTING_LOOKS && unanswered === 0 && !it.isAwaited()) return;
      unanswered++;
      // Answers come in the order of what was asked.
      inside._callbacks.push(heard);
      inside._protocol?.ping();
    },
  };
  kept.add(it);
  timer ??= setInterval(() => [...kept].forEach((each) => each.look()), LOOK_MS);
  timer.unref();
  return it;
}
