import type { NodeFailure, NodeTarget } from '@muster/execution';
import { linkKey, LinkPool } from './connection/link-pool';
import { NodeSession } from './node-session';

export interface SessionOptions {
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly outputLimit: number;
  readonly shell: string;
  /** A connection that nothing was asked of for so long is closed, unless an attempt is followed over it. */
  readonly idleMs: number;
}

/** One launcher per node, started with its connection and shared by everything that is done there. */
export class SessionPool {
  readonly #links: LinkPool;
  readonly #sweeper: NodeJS.Timeout;
  readonly #sessions = new Map<string, Promise<NodeSession | NodeFailure>>();

  constructor(
    private readonly options: SessionOptions,
    private readonly opened: (session: NodeSession) => void,
    private readonly lost: (session: NodeSession) => void,
    private readonly isNeeded: (session: NodeSession) => boolean,
  ) {
    this.#links = new LinkPool(options.connectTimeoutMs);
    this.#sweeper = setInterval(() => void this.#sweep(), options.idleMs / 2);
    this.#sweeper.unref();
  }

  /** The launcher on `node`, started if there is none; a failure is not remembered. */
  session(node: NodeTarget): Promise<NodeSession | NodeFailure> {
    const key = linkKey(node);
    const known = this.#sessions.get(key);
    if (known) return known;
    const drop = (): void => {
      if (this.#sessions.get(key) === made) this.#sessions.delete(key);
    };
    const made = this.#open(node, drop);
    this.#sessions.set(key, made);
    void made.then((session) => 'kind' in session && drop(), drop);
    return made;
  }

  /** Connections that are open now, those to jump nodes included. */
  get connections(): number {
    return this.#links.open;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    this.#links.close();
    await Promise.all(sessions.map(async (made) => made.then((session) => 'kind' in session || session.close())));
  }

  async #sweep(): Promise<void> {
    for (const made of [...this.#sessions.values()]) {
      const session = await made;
      if (!('kind' in session) && session.idleMs >= this.options.idleMs && !this.isNeeded(session)) session.close();
    }
  }

  async #open(node: NodeTarget, drop: () => void): Promise<NodeSession | NodeFailure> {
    const answer = await this.#links.link(node);
    if (answer.kind !== 'linked') return answer;
    const { connectTimeoutMs: helloTimeoutMs, ...options } = this.options;
    const session = await NodeSession.open(node, answer.link, { ...options, helloTimeoutMs, stateDir: node.stateDir });
    if ('kind' in session) return session;
    this.opened(session);
    answer.link.awaits(() => session.launcher.isAwaited || this.isNeeded(session));
    session.onClosed(() => {
      drop();
      this.lost(session);
    });
    return session;
  }
}
