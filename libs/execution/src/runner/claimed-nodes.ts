import type { DeploymentEventBody } from '@muster/model';
import type { DeploymentState } from '@muster/scheduling';
import { pause } from '../ports/clock';
import type { OwnedDeployment } from '../ports/deployment-store';
import type { NodeFailure, NodeReady, NodeTarget, NodeTicket } from '../ports/node-port';
import type { NodeTargets } from './node-targets';
import type { RunnerContext } from './runner-context';

const PAUSE_FIRST_MS = 500;
const PAUSE_MOST_MS = 10_000;

/** The machines that a deployment has claimed: which they are found to be, what they are now, and the ticket that holds there. */
export class ClaimedNodes {
  readonly #context: RunnerContext;
  readonly #owned: OwnedDeployment;
  readonly #state: DeploymentState;
  readonly #targets: NodeTargets;
  readonly #fact: (body: DeploymentEventBody) => Promise<void>;
  readonly #identified = new Map<string, { readonly identity: string; readonly ticket: number }>();
  #stopped = false;

  /** `fact` settles once the fact is stored. */
  constructor(
    context: RunnerContext,
    owned: OwnedDeployment,
    state: DeploymentState,
    targets: NodeTargets,
    fact: (body: DeploymentEventBody) => Promise<void>,
  ) {
    this.#context = context;
    this.#owned = owned;
    this.#state = state;
    this.#targets = targets;
    this.#fact = fact;
  }

  /** Nobody waits for a machine any more. */
  stop(): void {
    this.#stopped = true;
  }

  ticket(machine: string): NodeTicket {
    const key = this.#targets.machineKey(machine);
    return {
      installation: this.#owned.start.installation,
      ticket: this.#identified.get(key)?.ticket ?? this.#owned.tickets.get(key) ?? 0,
    };
  }

  /** Connects and raises the ticket where that is not done; what the node is now is stored before anything starts on it. */
  async prepare(machine: string, target: NodeTarget): Promise<NodeReady | NodeFailure> {
    const answer =
      (await this.#identify(machine, target)) ?? (await this.#context.nodes.prepare(target, this.ticket(machine)));
    if (answer.kind !== 'ready') return answer;
    const { bootId, stateFolder } = answer;
    const recorded = this.#state.bootId.get(machine);
    if (recorded?.bootId !== bootId || recorded.stateFolder !== stateFolder)
      await this.#fact({ type: 'node-ready', node: machine, bootId, stateFolder });
    return { bootId, stateFolder };
  }

  /** Finds out which machine it is before anything is done there; refused if that is claimed under another name. */
  async #identify(machine: string, target: NodeTarget): Promise<NodeFailure | null> {
    const { nodes, store, clock, executor, log } = this.#context;
    const { deployment, epoch } = this.#owned;
    const found = await nodes.identify(target);
    if (found.kind !== 'identified') return found;
    const { machine: identity } = found;
    const key = this.#targets.machineKey(machine);
    if (this.#identified.get(key)?.identity === identity) return null;
    for (let wait = PAUSE_FIRST_MS; !this.#stopped; wait = Math.min(wait * 2, PAUSE_MOST_MS)) {
      const answer = await store.identify(executor, deployment, epoch, key, identity).catch((error: unknown) => {
        log.warn({ node: machine, err: error }, 'the store does not answer; the node waits');
        return null;
      });
      if (answer?.kind === 'identified') {
        this.#identified.set(key, { identity, ticket: answer.ticket });
        return null;
      }
      if (answer?.kind === 'claimed') {
        const detail = `node ${target.name} is the machine of ${answer.by}`;
        return { kind: 'refused', code: 'NODE_SAME_MACHINE', detail };
      }
      if (answer?.kind === 'fenced') break;
      await pause(clock, wait);
    }
    return { kind: 'refused', code: 'NODE_TICKET_OLD', detail: `node ${target.name} belongs to a newer owner` };
  }
}
