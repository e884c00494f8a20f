import type { Executor } from '@muster/execution';
import type { ControlDeployment, StartDeployment } from '@muster/protocol';
import type { Network } from './network';
import type { ProtocolReferees } from './protocol-referees';
import type { SimProcess } from './sim-process';
import type { World } from './world';

/** The planner asks again when no answer came for so long. */
export const COMMAND_RETRY_MS = 2000;

/** The real executor, and the process that it lives in. */
export interface ExecutorProcess {
  readonly process: SimProcess;
  readonly executor: Executor;
}

interface Answered {
  readonly deployment: string;
  readonly isControl: boolean;
  readonly isAccepted: boolean;
}

type Problems = readonly { readonly code: string }[];

/** The planner's outbox: each command goes to any executor until it is answered, under the same id each time; it may come twice. */
export class CommandRoad {
  /** Commands without an answer. */
  undecided = 0;
  readonly #answered = new Map<string, Answered>();
  #sent = 0;

  constructor(
    private readonly world: World,
    private readonly network: Network,
    /** Those that live, at any time. */
    private readonly executors: readonly ExecutorProcess[],
    private readonly referees: ProtocolReferees,
  ) {}

  start(deployment: string, start: StartDeployment): void {
    this.#send(deployment, false, (executor, id) => executor.accept(id, start));
  }

  control(deployment: string, verb: ControlDeployment['verb'], tasks?: string[]): void {
    const body: ControlDeployment = { deployment, verb, who: 'w', why: null, ...(tasks ? { tasks } : {}) };
    this.world.note(`asked to ${verb} ${deployment.slice(-2)}`);
    this.#send(deployment, true, (executor, id) => executor.control(id, body));
  }

  /** True if the deployment was not to be started. */
  wasRefused(deployment: string): boolean {
    return [...this.#answered.values()].some(
      (each) => each.deployment === deployment && !each.isControl && !each.isAccepted,
    );
  }

  /** In the order of their answers. */
  answeredControls(): readonly { readonly id: string; readonly deployment: string; readonly isAccepted: boolean }[] {
    return [...this.#answered].filter(([, { isControl }]) => isControl).map(([id, answered]) => ({ id, ...answered }));
  }

  #send(deployment: string, isControl: boolean, work: (executor: Executor, id: string) => Promise<Problems>): void {
    const { world } = this;
    const id = `00000000-0000-4000-9000-${String(++this.#sent).padStart(12, '0')}`;
    this.undecided++;
    const attempt = (): void => {
      if (this.#answered.has(id)) return;
      world.after(COMMAND_RETRY_MS, attempt);
      if (this.network.isLost('commands') || this.executors.length === 0) return;
      for (let copies = this.network.copies(); copies > 0; copies--) {
        const { process, executor } = world.pick(this.executors);
        world.after(this.network.delay(), () =>
          process.deliver(() => void this.#handle(process, id, { deployment, isControl }, work(executor, id))),
        );
      }
    };
    attempt();
  }

  async #handle(
    process: SimProcess,
    id: string,
    about: Pick<Answered, 'deployment' | 'isControl'>,
    work: Promise<Problems>,
  ): Promise<void> {
    const problems = await work.catch(() => null);
    // Nothing is answered that failed: it comes again.
    if (problems === null || !process.isAlive || this.network.isLost('commands')) return;
    this.world.after(this.network.delay(), () => {
      if (this.#answered.has(id)) return;
      this.#answered.set(id, { ...about, isAccepted: problems.length === 0 });
      this.undecided--;
      if (problems.length === 0) return;
      const codes = problems.map(({ code }) => code);
      if (!about.isControl) this.referees.refused(about.deployment, codes);
      this.world.note(`refused ${about.deployment.slice(-2)}: ${codes.join()}`);
    });
  }
}
