import { isDeploymentEnd, type DeploymentEvent, type DeploymentStatus, type TaskState } from '@muster/model';
import type { DeploymentEventsMessage } from '@muster/protocol';
import { foldEvents } from '../../apps/planner/src/transactions/fold-events';
import type { Network } from './network';
import type { PlantedFault } from './planted-fault';
import type { World } from './world';

/** Between two tries of a message that cannot be applied yet, and between deliveries of what was not acknowledged. */
const RETRY_MS = 1000;
const SILENT_MS = 30_000;

/** What the planner keeps of a deployment. */
export interface PlannerView {
  readonly applied: DeploymentEvent[];
  lastSeq: number;
  heardAt: number;
  status: DeploymentStatus;
  readonly tasks: Map<string, TaskState>;
}

/** Asks executors for stored events; fails when none answers. */
export type AskEvents = (deployment: string, from: number, to: number) => Promise<readonly DeploymentEvent[]>;

/**
 * The planner's side of states: the broker's queue before it, which delays, repeats, reorders and sometimes loses; and the rules
 * of its intake: exactly the next number is applied, what is known is dropped, what is missing is asked for.
 */
export class PlannerModel {
  readonly views = new Map<string, PlannerView>();
  isUp = true;
  /** Messages that have not been handled. */
  waiting = 0;

  constructor(
    private readonly world: World,
    private readonly network: Network,
    private readonly ask: AskEvents,
    private readonly fault: PlantedFault | null,
  ) {
    this.#watchSilence();
  }

  expect(deployment: string): void {
    const fresh = { applied: [], lastSeq: 0, heardAt: this.world.now, status: 'pending' as const, tasks: new Map() };
    this.views.set(deployment, fresh);
  }

  /** The broker has taken charge of a message. */
  queue(message: DeploymentEventsMessage): void {
    const { network, world } = this;
    // A broker that loses what it has confirmed breaks its promise; the planner finds out all the same.
    if (world.happens(network.weather.loss / 4)) return;
    for (let copies = network.copies(); copies > 0; copies--) {
      this.waiting++;
      world.after(network.delay(), () => this.#deliver(message));
    }
  }

  #deliver(message: DeploymentEventsMessage): void {
    const again = (): void => this.world.after(RETRY_MS, () => this.#deliver(message));
    if (!this.isUp) return again();
    void this.#take(message.deployment, message.events).then((isDone) => {
      if (isDone) this.waiting--;
      else again();
    });
  }

  /** One database transaction each time; what is missing is asked for outside of it. */
  async #take(deployment: string, events: readonly DeploymentEvent[]): Promise<boolean> {
    for (let filled = 0; ;) {
      const missing = this.#apply(deployment, events);
      if (missing === null) return true;
      if (missing.from <= filled || this.fault === 'nobody-publishes-for-the-dead') return false;
      filled = missing.from;
      try {
        this.#apply(deployment, await this.ask(deployment, missing.from, missing.to));
      } catch {
        return false;
      }
    }
  }

  #apply(deployment: string, events: readonly DeploymentEvent[]): { from: number; to: number } | null {
    const view = this.views.get(deployment);
    if (!view) return null;
    const fresh = this.fault === 'planner-takes-twice' ? events : events.filter((event) => event.seq > view.lastSeq);
    const first = fresh[0];
    if (!first) return null;
    if (first.seq !== view.lastSeq + 1 && this.fault !== 'planner-takes-gaps' && this.fault !== 'planner-takes-twice')
      return { from: view.lastSeq + 1, to: first.seq - 1 };
    const folded = foldEvents({ transaction: deployment, deployment, cluster: 'c' }, fresh);
    view.applied.push(...fresh);
    view.lastSeq = folded.lastSeq;
    view.heardAt = this.world.now;
    if (folded.state) view.status = folded.state.state;
    for (const [task, { state }] of folded.tasks) if (state) view.tasks.set(task, state);
    return null;
  }

  #watchSilence(): void {
    this.world.after(10_000, () => {
      this.#watchSilence();
      if (!this.isUp || this.fault === 'nobody-publishes-for-the-dead') return;
      for (const [deployment, view] of this.views) {
        if (isDeploymentEnd(view.status) || view.heardAt > this.world.now - SILENT_MS) continue;
        view.heardAt = this.world.now;
        void this.ask(deployment, view.lastSeq + 1, view.lastSeq + 500).then(
          (events) => this.#apply(deployment, events),
          () => undefined,
        );
      }
    });
  }
}
