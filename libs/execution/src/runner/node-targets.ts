import { MASTER, type SecretBox, type TaskGraph } from '@muster/model';
import { invariant } from '@muster/problems';
import type { StartDeployment } from '@muster/protocol';
import type { NodeTarget } from '../ports/node-port';

/** The nodes of a deployment as connections need them; keys are opened when a node is first used, and stay in memory only. */
export class NodeTargets {
  readonly #nodes: ReadonlyMap<string, StartDeployment['nodes'][number]>;
  readonly #master: string | null;
  readonly #box: SecretBox;
  readonly #opened = new Map<string, NodeTarget>();

  /** `hostKeys`: of machines that were made anew since; read whenever a node is asked for. */
  constructor(
    start: StartDeployment,
    graph: TaskGraph,
    box: SecretBox,
    private readonly hostKeys: ReadonlyMap<string, string>,
  ) {
    this.#nodes = new Map(start.nodes.map((node) => [node.name, node]));
    this.#master = graph.master;
    this.#box = box;
  }

  /** The machine's name for a task's node: itself, or the node that carries `master`. */
  machineOf(node: string): string {
    return node === MASTER ? (this.#master ?? MASTER) : node;
  }

  /** The node that carries `master`; null: there is none, or nothing needs it. */
  get master(): NodeTarget | null {
    return this.#master === null ? null : this.target(this.#master);
  }

  /** Null for a node that the start command did not describe. */
  target(machine: string): NodeTarget | null {
    const known = this.#opened.get(machine);
    if (known && this.#isCurrent(known)) return known;
    const node = this.#nodes.get(machine);
    if (!node) return null;
    const jumps: NodeTarget[] = [];
    if (node.jump !== null) {
      invariant(node.jump !== machine, `${machine} is not reached through itself`);
      const jump = this.target(node.jump);
      if (!jump) return null;
      jumps.push(...jump.jumps, jump);
    }
    const { name, address, port, user, become, stateDir } = node;
    const target: NodeTarget = {
      name,
      address,
      port,
      user,
      become,
      hostKey: this.hostKeys.get(machine) ?? node.hostKey,
      stateDir,
      jumps,
      identity: this.#box.open(node.identity).reveal(),
    };
    this.#opened.set(machine, target);
    return target;
  }

  /** The key that the machine has to show now; null for a node that the start command did not describe. */
  hostKeyOf(machine: string): string | null {
    return this.hostKeys.get(machine) ?? this.#nodes.get(machine)?.hostKey ?? null;
  }

  /** The node that has to show this key; null: none. */
  nodeWithHostKey(hostKey: string): string | null {
    for (const name of this.#nodes.keys()) if (this.hostKeyOf(name) === hostKey) return name;
    return null;
  }

  #isCurrent(target: NodeTarget): boolean {
    if (this.hostKeys.size === 0) return true;
    return [target, ...target.jumps].every(({ name, hostKey }) => hostKey === this.hostKeyOf(name));
  }

  /** What claims and tickets are keyed by: the machine as it was when they were taken, also once it was made anew. */
  machineKey(machine: string): string {
    return this.#nodes.get(machine)?.machine ?? machine;
  }
}
