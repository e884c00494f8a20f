import type { TaskGraph } from '@muster/model';
import { InvariantBroken } from '@muster/problems';
import { apply, type CarriedOver, carriedFrom, initialState } from '@muster/scheduling';
import { pause } from '../ports/clock';
import type { OwnedDeployment } from '../ports/deployment-store';
import type { ExecutorPorts } from '../ports/executor-ports';
import type { ExecutionLog } from '../ports/publishing';
import { NotReadNow, readLog } from '../read-log';
import { readTaskGraph } from '../read-task-graph';
import { DeploymentRunner } from './deployment-runner';
import { endUnfinished } from './end-unfinished';
import type { Lease } from './lease';
import type { RunnerContext } from './runner-context';

/** A deployment that this executor owns. */
export interface HeldDeployment {
  readonly deployment: string;
  readonly epoch: number;
  readonly lease: Lease;
  /** Its lines carry the ids of the deployment. */
  readonly log: ExecutionLog;
  /** Null while what is stored of it is being read. */
  runner: DeploymentRunner | null;
}

/** What making a runner of a held deployment needs. */
export interface TakeUp {
  readonly context: RunnerContext;
  readonly readGraph: ExecutorPorts['readGraph'];
  readonly owned: OwnedDeployment;
  /** Its graph, if it is in memory already. */
  readonly graph: TaskGraph | null;
  readonly held: HeldDeployment;
  /** False once somebody else owns it, or nobody waits for it any more: then no more of it is read. */
  readonly isHeld: () => boolean;
  /** Told of each step that reading has come further. */
  readonly onStep: () => void;
  readonly onGone: (reason: 'ended' | 'fenced' | 'broken') => void;
}

/**
 * Reads what is stored of a deployment and gives `held` its runner, which goes on where the log ends. Takes as long as the log
 * is long, page by page, so that leases are renewed meanwhile. Without a runner at its end the deployment is no longer held,
 * has ended because nobody can read it, or cannot be read now: then its lease is to pass. Never fails.
 */
export async function takeUp(it: TakeUp): Promise<void> {
  const { context, owned, held, isHeld } = it;
  try {
    const graph = it.graph ?? (await readTaskGraph(it.readGraph, owned.graph));
    if (!isHeld()) return;
    it.onStep();
    if (typeof graph === 'string') return await endUnread(it, graph);
    // Lets a renewal go between two things that take long where the graph is large.
    await pause(context.clock, 0);
    const carried = await carriedOver(it, graph);
    const runner = new DeploymentRunner(context, owned, graph, carried, held.lease, it.onGone);
    for await (const events of readLog(context.store, owned.deployment, 0, owned.lastSeq)) {
      if (!isHeld()) return;
      it.onStep();
      runner.replay(events);
    }
    if (!isHeld()) return;
    held.runner = runner;
    runner.start();
  } catch (error) {
    held.runner = null;
    if (!isHeld()) return;
    // A store that does not answer says nothing about what is stored.
    if (error instanceof NotReadNow) {
      held.log.warn({ err: error }, 'what is stored of it cannot be read now; its lease will pass');
      return;
    }
    const text = error instanceof InvariantBroken ? error.message : 'internal error; see the log of the executor';
    await endUnread(it, `what is stored of it cannot be carried on: ${text}`, error);
  }
}

/** What an earlier run has done, for one that begins; null: there is none, or it is in the log already. */
async function carriedOver(
  { context: { store }, owned: { start, lastSeq }, isHeld, onStep }: TakeUp,
  graph: TaskGraph,
): Promise<CarriedOver | null> {
  if (start.graph.kind !== 'earlier' || lastSeq > 0) return null;
  const { deployment, tasks } = start.graph;
  const earlier = await store.read(deployment).catch((cause: unknown) => {
    throw new NotReadNow(`the earlier run ${deployment} cannot be read`, { cause });
  });
  if (earlier === null) throw new InvariantBroken('what its earlier run did is still stored');
  const state = initialState(graph, { leasesPools: true });
  for await (const events of readLog(store, deployment, 0, earlier.lastSeq)) {
    if (!isHeld()) break;
    onStep();
    for (const event of events) apply(state, event);
  }
  return carriedFrom(state, tasks);
}

/** What cannot be read now cannot be read by the next owner: it ends, and says why. */
async function endUnread({ context, owned, held }: TakeUp, text: string, error?: unknown): Promise<void> {
  held.log.error({ text, err: error }, 'the stored deployment ends unread');
  await endUnfinished(context, owned, owned.lastSeq, text);
}
