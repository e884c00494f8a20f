import { createHash } from 'node:crypto';
import type { NodeTarget } from '@muster/execution';
import { openLink, type LinkAnswer, type SshLink } from './ssh-link';

/** Handshakes at once: each costs milliseconds of CPU, and all of a thousand together would outlast their time limit. */
const HANDSHAKES_MAX = 32;

/** One SSH connection per node, shared by all that is done there, and by the nodes behind it. */
export class LinkPool {
  readonly #links = new Map<string, Promise<LinkAnswer>>();
  readonly #waiting: (() => void)[] = [];
  #handshakes = 0;
  #open = 0;

  constructor(private readonly timeoutMs: number) {}

  /** The connection to `target`, made if there is none; a failure is not remembered. */
  link(target: NodeTarget): Promise<LinkAnswer> {
    return this.#link(target, target.jumps);
  }

  /** Connections that are open now, those to jump nodes included. */
  get open(): number {
    return this.#open;
  }

  close(): void {
    for (const answer of this.#links.values()) {
      void answer.then((it) => it.kind === 'linked' && it.link.close());
    }
    this.#links.clear();
  }

  #link(target: NodeTarget, jumps: readonly NodeTarget[]): Promise<LinkAnswer> {
    const key = linkKey(target, jumps);
    const known = this.#links.get(key);
    if (known) return known;
    const made = this.#make(target, jumps);
    this.#links.set(key, made);
    const drop = (): void => {
      if (this.#links.get(key) === made) this.#links.delete(key);
    };
    void made.then((answer) => {
      if (answer.kind !== 'linked' || answer.link.closed) return drop();
      this.#open++;
      answer.link.onClosed(() => {
        this.#open--;
        drop();
      });
    }, drop);
    return made;
  }

  async #make(target: NodeTarget, jumps: readonly NodeTarget[]): Promise<LinkAnswer> {
    let via: SshLink | null = null;
    const last = jumps.at(-1);
    if (last) {
      const answer = await this.#link(last, jumps.slice(0, -1));
      if (answer.kind !== 'linked') return { ...answer, detail: `jump node ${last.name}: ${answer.detail}` };
      via = answer.link;
    }
    while (this.#handshakes >= HANDSHAKES_MAX) await new Promise<void>((resume) => this.#waiting.push(resume));
    this.#handshakes++;
    try {
      return await openLink(target, via, this.timeoutMs);
    } finally {
      this.#handshakes--;
      this.#waiting.shift()?.();
    }
  }
}

/** Asked for with every request to a node. */
const keys = new WeakMap<NodeTarget, string>();

/** Everything that makes a connection another one; the private key only as a hash, so that it is kept in one place less. */
export function linkKey(target: NodeTarget, jumps: readonly NodeTarget[] = target.jumps): string {
  if (jumps !== target.jumps) return makeKey(target, jumps);
  const known = keys.get(target);
  if (known !== undefined) return known;
  const key = makeKey(target, jumps);
  keys.set(target, key);
  return key;
}

function makeKey(target: NodeTarget, jumps: readonly NodeTarget[]): string {
  const one = (it: NodeTarget): string[] => [
    // A connection ends with the launcher that serves it: under another name, or another login, that is another one.
    it.name,
    it.become,
    it.stateDir,
    it.address,
    String(it.port),
    it.user,
    it.hostKey,
    createHash('sha256').update(it.identity).digest('base64'),
  ];
  return JSON.stringify([...jumps.map(one), one(target)]);
}
