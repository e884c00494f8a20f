import type { DeploymentEventBody } from '@muster/model';
import { poolNeeds, type DeploymentState, type PoolNeed } from '@muster/scheduling';
import type { OwnedDeployment } from '../ports/deployment-store';
import type { Lease } from './lease';
import type { RunnerContext } from './runner-context';

interface Hooks {
  /** Settles once the fact is stored. */
  readonly fact: (body: DeploymentEventBody) => Promise<void>;
  /** The store knows a newer owner. */
  readonly fenced: () => void;
}

/** What the store was last told of a pool. */
interface Told {
  readonly held: number;
  readonly waiting: number;
}

/**
 * Keeps the store's slots of pools as the deployment needs them: asks for what tasks wait for, notes what is granted, gives back
 * what was used or is idle. A slot is granted in the store before it is in the log, and goes from the log before it goes
 * from the store, so that after a crash at any point nobody uses a slot that somebody else has.
 */
export class PoolKeeper {
  readonly #context: RunnerContext;
  readonly #owned: OwnedDeployment;
  readonly #state: DeploymentState;
  readonly #lease: Lease;
  readonly #hooks: Hooks;
  readonly #told = new Map<string, Told>();
  #settling: Promise<void> | null = null;
  #again = false;
  /** Facts that are on their way into the log: until they are there, the state does not show them. */
  #noting = 0;
  #asks = true;
  #stopped = false;

  constructor(context: RunnerContext, owned: OwnedDeployment, state: DeploymentState, lease: Lease, hooks: Hooks) {
    this.#context = context;
    this.#owned = owned;
    this.#state = state;
    this.#lease = lease;
    this.#hooks = hooks;
  }

  /** Slots may have become free elsewhere: the next `settle` asks the store although nothing has changed here. */
  ask(): void {
    this.#asks = true;
  }

  /** To be called after each stored round. Costs nothing for graphs without pools, and no question while nothing changed. */
  settle(): void {
    if (!this.#state.isLeased.includes(1) || this.#stopped) return;
    this.#again = true;
    if (this.#noting > 0) return;
    this.#settling ??= this.#work().finally(() => (this.#settling = null));
  }

  /** Settles when no question is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#settling;
  }

  async #work(): Promise<void> {
    while (this.#again && this.#noting === 0 && !this.#stopped && this.#lease.isValid) {
      this.#again = false;
      const asks = this.#asks;
      this.#asks = false;
      try {
        for (const need of poolNeeds(this.#state)) await this.#settlePool(need, asks);
      } catch (error) {
        // The next renewal of the lease tries again.
        this.#asks = true;
        this.#context.log.warn({ err: error }, 'pools cannot be asked for slots');
        return;
      }
    }
  }

  async #settlePool({ pool, leased, idle, wanted }: PoolNeed, asks: boolean): Promise<void> {
    if (idle > 0) return this.#note({ type: 'pool-returned', pool, slots: idle });
    const told = this.#told.get(pool);
    if (told?.held === leased && told.waiting === wanted && !(asks && wanted > 0)) return;
    const { store, executor, nudge } = this.#context;
    const { deployment, epoch } = this.#owned;
    const answer = await store.settlePool(executor, deployment, epoch, pool, { held: leased, waiting: wanted });
    if (answer === 'fenced') return this.#hooks.fenced();
    const more = answer.held - leased;
    this.#told.set(pool, { held: answer.held, waiting: answer.waiting });
    if (answer.othersGained) nudge();
    if (more > 0) this.#note({ type: 'pool-leased', pool, slots: more });
  }

  /** Not waited for: a runner that stops stores nothing more. */
  #note(fact: DeploymentEventBody): void {
    this.#noting++;
    void this.#hooks.fact(fact).then(() => {
      this.#noting--;
      this.settle();
    });
  }
}
