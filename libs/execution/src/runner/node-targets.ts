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

  constructor(start: StartDeployment, graph: TaskGraph, box: SecretBox) {
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
    if (known) return known;
    const node = this.#nodes.get(machine);
    if (!node) return null;
    const jumps: NodeTarget[] = [];
    if (node.jump !== null) {
      invariant(node.jump !== machine, `${machine} is not reached through itself`);
      const jump = this.target(node.jump);
      if (!jump) return null;
      jumps.push(...jump.jumps, jump);
    }
    const { name, address, port, user, become, hostKey, stateDir } = node;
    const target: NodeTarget = {
      name,
      address,
      port,
      user,
      become,
      hostKey,
      stateDir,
      jumps,
      identity: this.#box.open(node.identity).reveal(),
    };
    this.#opened.set(machine, target);
    return target;
  }

  /** What claims and tickets are keyed by. */
  machineKey(machine: string): string {
    return this.#nodes.get(machine)?.machine ?? machine;
  }
}
