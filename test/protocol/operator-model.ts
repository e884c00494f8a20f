import { isTaskEnd } from '@muster/model';
import type { CommandRoad } from './command-road';
import type { PlannerModel } from './planner-model';
import type { Scenario } from './scenario';
import type { Storm } from './storm';
import type { World } from './world';

const LOOKS_EVERY_MS = 15_000;
/** A person who is asked again and again gives up. */
const ASKED_MOST = 6;

/** A person: decides about what waits for one, once the faults are over. */
export class OperatorModel {
  /** How often each deployment asked. */
  readonly #asked = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly scenario: Scenario,
    private readonly planner: PlannerModel,
    private readonly commands: CommandRoad,
    private readonly storm: Storm,
  ) {}

  begin(): void {
    this.world.after(LOOKS_EVERY_MS, () => {
      this.begin();
      if (!this.storm.isOver) return;
      for (const { id } of this.scenario.deployments) this.#decide(id);
    });
  }

  #decide(deployment: string): void {
    const view = this.planner.views.get(deployment);
    if (!view || view.status !== 'paused') return;
    const asks = (this.#asked.get(deployment) ?? 0) + 1;
    this.#asked.set(deployment, asks);
    if (asks > ASKED_MOST) return this.commands.control(deployment, 'cancel');
    const held = view.applied.flatMap((event) => (event.type === 'task-held' ? [event.task] : []));
    const waiting = [...new Set(held)].filter((task) => !isTaskEnd(view.tasks.get(task) ?? 'waiting'));
    if (waiting.length > 0) this.commands.control(deployment, this.world.pick(['retry', 'skip'] as const), waiting);
    this.commands.control(deployment, 'resume');
  }
}
