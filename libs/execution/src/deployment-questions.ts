import { isDeploymentEnd, type TaskGraph } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { ControlDeployment, ExplainReply } from '@muster/protocol';
import {
  apply,
  type ControlFault,
  controlFaults,
  type DeploymentState,
  type Explanation,
  initialState,
  limitFault,
  limitsInUse,
  type LimitUse,
  whyWaiting,
} from '@muster/scheduling';
import type { ExecutorPorts } from './ports/executor-ports';
import { readTaskGraph } from './read-task-graph';
import { NotReadNow, readLog } from './read-log';
import { Readings } from './readings';
import { parseAttemptId } from './runner/attempt-id';
import type { DeploymentRunner } from './runner/deployment-runner';
import { withPoolHolders } from './with-pool-holders';

/** Deployments of others that are read at once. */
const READINGS_AT_ONCE = 2;
/** Less than any asker waits (10 s), so that whoever asks is told why there is no answer. */
const PATIENCE_MS = 9_000;

interface ReadDeployment {
  readonly state: DeploymentState;
  readonly graph: TaskGraph;
  readonly owner: string | null;
}

/** Answers questions about any deployment: its own from memory, others from the stored log, so also while their owner is dead. */
export class DeploymentQuestions {
  readonly #executor: string;
  readonly #ports: Pick<ExecutorPorts, 'clock' | 'readGraph' | 'store'>;
  readonly #ownOf: (deployment: string) => DeploymentRunner | undefined;
  readonly #readings: Readings;

  constructor(
    executor: string,
    ports: Pick<ExecutorPorts, 'clock' | 'readGraph' | 'store'>,
    ownOf: (deployment: string) => DeploymentRunner | undefined,
  ) {
    this.#executor = executor;
    this.#ports = ports;
    this.#ownOf = ownOf;
    this.#readings = new Readings(READINGS_AT_ONCE, PATIENCE_MS, ports.clock);
  }

  /** Null for an unknown deployment or task. Fails with `API_UNAVAILABLE` while what is stored cannot be read. */
  async explain(deployment: string, task: string): Promise<ExplainReply | null> {
    const own = this.#ownOf(deployment);
    if (own) {
      const explanation = own.explain(task);
      return explanation && this.#reply(deployment, task, own.status, this.#executor, explanation);
    }
    const read = await this.#readForAsker(deployment);
    if (read === null) return null;
    const explanation = whyWaiting(read.state, task);
    return explanation && this.#reply(deployment, task, read.state.status, read.owner, explanation);
  }

  /** As `explain`: every limit with its holders; null for an unknown deployment. */
  async limits(deployment: string): Promise<readonly LimitUse[] | null> {
    const own = this.#ownOf(deployment);
    if (own) return own.limits();
    const read = await this.#readForAsker(deployment);
    return read && limitsInUse(read.state, read.graph.limits);
  }

  async limitFault(deployment: string, { key, amount }: { key: string; amount: number }): Promise<string | null> {
    const own = this.#ownOf(deployment);
    if (own) return own.limitFault(key, amount);
    const read = await this.#read(deployment);
    return read && limitFault(read.state, key, amount);
  }

  /** Why a control does nothing, all at once; none for an unknown deployment, and for an ended one, of which its store tells. */
  async controlProblems(body: ControlDeployment): Promise<readonly Problem[]> {
    const { deployment, verb, tasks, limit } = body;
    if (limit) {
      const summary = await this.limitFault(deployment, limit);
      return summary === null ? [] : [problem('CONTROL_LIMIT_IMPOSSIBLE', { subject: `limit ${limit.key}`, summary })];
    }
    if (verb !== 'retry' && verb !== 'skip') return [];
    const faults = this.#ownOf(deployment)?.controlFaults(body) ?? (await this.#faultsFromLog(deployment, verb, tasks));
    return faults.map(({ task, summary, remedy }) => {
      const subject = task === null ? `deployment ${deployment}` : `task ${task}`;
      return problem('CONTROL_NOT_POSSIBLE', { subject, summary, ...(remedy === undefined ? {} : { remedy }) });
    });
  }

  async #faultsFromLog(
    deployment: string,
    verb: 'retry' | 'skip',
    tasks: readonly string[] | undefined,
  ): Promise<readonly ControlFault[]> {
    const read = await this.#read(deployment).catch((error: unknown) => {
      // Its owner judges it when it reads it, and says then that it came too late.
      if (error instanceof NotReadNow) return null;
      throw error;
    });
    return read === null || isDeploymentEnd(read.state.status) ? [] : controlFaults(read.state, verb, tasks);
  }

  /** As `#read`, of what somebody waits for: fails with `API_UNAVAILABLE`. */
  async #readForAsker(deployment: string): Promise<ReadDeployment | null> {
    return this.#read(deployment).catch((error: unknown) => {
      if (!(error instanceof NotReadNow)) throw error;
      throw new ProblemsError([
        problem('API_UNAVAILABLE', {
          subject: `deployment ${deployment}`,
          summary: error.message,
          remedy:
            'Ask again in a while. If it stays, check that the database answers the executors (GET /health/ready of each).',
        }),
      ]);
    });
  }

  /** Few at once: many who ask of a large deployment would each have all of it in memory. Fails with `NotReadNow`. */
  #read(deployment: string): Promise<ReadDeployment | null> {
    return this.#readings.run(`what is stored of ${deployment}`, (isWanted) => this.#readNow(deployment, isWanted));
  }

  async #readNow(deployment: string, isWanted: () => boolean): Promise<ReadDeployment | null> {
    const stored = await this.#ports.store.read(deployment).catch((cause: unknown) => {
      throw new NotReadNow('the database does not answer this executor', { cause });
    });
    const graph = stored && (await readTaskGraph(this.#ports.readGraph, stored.graph));
    if (stored === null || graph === null || typeof graph === 'string') return null;
    const state = initialState(graph, { leasesPools: true });
    for await (const events of readLog(this.#ports.store, deployment, 0, stored.lastSeq)) {
      if (!isWanted()) return null;
      for (const event of events) apply(state, event);
    }
    return { state, graph, owner: stored.owner };
  }

  /** Whose attempt that is, as a part of a sentence for people of `project`: of others nothing is told. Never fails. */
  async describeAttempt(id: string, project: string): Promise<string> {
    const its = parseAttemptId(id);
    const stored = its && (await this.#ports.store.read(its.deployment).catch(() => null));
    if (!stored) return `attempt ${id.slice(0, 100)}`;
    if (stored.project !== project) return 'an attempt of another project';
    const graph = await readTaskGraph(this.#ports.readGraph, stored.graph);
    const task = typeof graph === 'string' ? undefined : graph.tasks[its.task]?.task;
    return `attempt ${its.attempt} of ${task ?? 'a task'}, which transaction ${stored.transaction} of cluster ${stored.cluster} began`;
  }

  async #reply(
    deployment: string,
    task: string,
    deploymentState: ExplainReply['deploymentState'],
    owner: string | null,
    plain: Explanation,
  ): Promise<ExplainReply> {
    const isPooled = plain.reasons.some(({ pool }) => pool !== undefined);
    const explanation = isPooled
      ? withPoolHolders(plain, await this.#ports.store.pools({ deployment }), deployment)
      : plain;
    const reasons: ExplainReply['reasons'] = explanation.reasons.map(
      ({ code, text, since, holders, until, place }) => ({
        code,
        text,
        since: since === null ? null : isoTime(since),
        holders: [...holders],
        ...(until === undefined ? {} : { until: isoTime(until) }),
        ...(place === undefined ? {} : { place }),
      }),
    );
    if (owner === null && deploymentState !== 'pending' && !isDeploymentEnd(deploymentState)) {
      reasons.push({
        code: 'no-executor',
        text: 'no executor owns the deployment at the moment; one takes it over as soon as it can',
        since: null,
        holders: [],
      });
    }
    if (reasons.length === 0)
      reasons.push({ code: 'next', text: 'starts at the next decision', since: null, holders: [] });
    return { task, state: explanation.state, deploymentState, owner, reasons };
  }
}

/** ISO 8601 UTC with milliseconds. */
function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
