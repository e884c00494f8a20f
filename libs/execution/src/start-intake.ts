import type { TaskGraph } from '@muster/model';
import { invariant, InvariantBroken, problem, type Problem } from '@muster/problems';
import type { StartDeployment } from '@muster/protocol';
import { compileGraph } from '@muster/scheduling';
import type { ExecutorPorts } from './ports/executor-ports';
import { readTaskGraph } from './read-task-graph';

type IntakePorts = Pick<
  ExecutorPorts,
  'artifacts' | 'box' | 'clock' | 'graphBytes' | 'readBeside' | 'readGraph' | 'store'
>;

/** Takes start commands in: fetches what they need, looks at the graph, and stores them. */
export class StartIntake {
  readonly #ports: IntakePorts;
  readonly #accepted: (deployment: string, graph: TaskGraph) => void;

  /** `accepted` is told of what was stored just now. */
  constructor(ports: IntakePorts, accepted: (deployment: string, graph: TaskGraph) => void) {
    this.#ports = ports;
    this.#accepted = accepted;
  }

  /**
   * Stores a start command; settles with the problems that stand in the way, none when it is accepted. The answer to a
   * command stays what it was, however often it comes; but what may pass is no answer until the command's time is over.
   */
  async accept(command: string, told: StartDeployment): Promise<readonly Problem[]> {
    const { store } = this.#ports;
    const subject = `deployment of ${told.cluster}`;
    let start = told;
    if (told.graph.kind === 'beside') {
      const { digest } = told.graph;
      const missing = await this.#fetch(command, told, [{ digest, size: 0 }]);
      if (missing !== null) return missing;
      try {
        start = { ...told, ...(await this.#ports.readBeside(digest)) };
      } catch (error) {
        const summary = `what goes beside it cannot be read: ${error instanceof Error ? error.message : 'unknown'}`;
        return store.refuse(command, [problem('API_INVALID', { subject, summary })]);
      }
    }
    const missing = await this.#fetch(
      command,
      start,
      start.graph.kind === 'artifact' ? [...start.artifacts, { digest: start.graph.digest, size: 0 }] : start.artifacts,
    );
    if (missing !== null) return missing;
    const sent = start.graph;
    invariant(sent.kind !== 'beside', 'what goes beside a start has a graph of its own');
    const gzip =
      sent.kind === 'earlier'
        ? ((await store.read(sent.deployment))?.graph ?? null)
        : await this.#ports.graphBytes(sent);
    if (gzip === null)
      return store.refuse(command, [
        problem('DEPLOY_UNKNOWN_TRANSACTION', {
          subject,
          summary: 'what its earlier run did is not kept by the executors',
          remedy: 'Deploy the cluster anew.',
        }),
      ]);
    const graph = await readTaskGraph(this.#ports.readGraph, gzip);
    const fault = typeof graph === 'string' ? graph : faultOf(graph);
    if (fault !== null) return store.refuse(command, [problem('API_INVALID', { subject, summary: fault })]);
    const answer = await store.accept(command, start, gzip);
    if (answer.kind === 'refused') return store.refuse(command, answer.problems);
    // A repeated one may carry another graph than the one that is stored, which alone is carried out.
    if (answer.kind === 'accepted' && typeof graph !== 'string') this.#accepted(start.deployment, graph);
    return [];
  }

  /** Fetches what a start needs; null: all is there, else what to answer. */
  async #fetch(
    command: string,
    { cluster, giveUpAt, artifactToken }: StartDeployment,
    wanted: StartDeployment['artifacts'],
  ): Promise<readonly Problem[] | null> {
    const { artifacts, box, clock, store } = this.#ports;
    const missing = await artifacts.ensure(wanted, artifactToken ? box.open(artifactToken).reveal() : null);
    if (missing.length === 0) return null;
    const mayPass = missing.every(({ isPassing }) => isPassing) && clock.now() < (giveUpAt ?? 0);
    const code = mayPass ? 'DEPLOY_ARTIFACT_UNREACHABLE' : 'DEPLOY_ARTIFACT_MISSING';
    const problems = missing.map(({ text: summary }) =>
      problem(code, { subject: `deployment of ${cluster}`, summary }),
    );
    return mayPass ? problems : store.refuse(command, problems);
  }
}

/** What planning must have refused, such as a circle; null if the graph can be carried out. */
function faultOf(graph: TaskGraph): string | null {
  try {
    compileGraph(graph);
    return null;
  } catch (error) {
    if (error instanceof InvariantBroken) return `the graph cannot be carried out: ${error.message}`;
    throw error;
  }
}
