import { MASTER, needsMaster, type Plan, SYNC_POINT, type TaskAddress } from '@muster/model';
import { invariant, type Problem, type ProblemCode } from '@muster/problems';

/** What the planner itself needs of a plan once it is packed: enough to deploy it. */
export interface PlanOutline {
  readonly digest: string;
  readonly graphType: string;
  readonly cluster: string;
  readonly master: string | null;
  readonly expectedMs: number;
  /** In the plan's order. */
  readonly tasks: readonly TaskAddress[];
  /** Names of the machines that chosen tasks are on, the control node's own name included: those that are claimed. */
  readonly machines: readonly string[];
  /** Nodes with tasks that were chosen, whether they run or are skipped for a reason of their own. */
  readonly worksOn: readonly string[];
  /** Something is to run on the master node, or to be copied from it. */
  readonly needsMaster: boolean;
  /** One sentence for each task type that the cluster does not allow. */
  readonly denied: readonly string[];
  /** What is still missing before it can be deployed. */
  readonly unready: readonly Pick<Problem, 'code' | 'subject' | 'summary'>[];
  /** Files that the tasks use, each once. */
  readonly artifacts: readonly { readonly digest: string; readonly size: number }[];
}

const UNREADY: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['PLAN_BLANK', 'PLAN_COUNT_UNMET']);

/** Cost: proportional to the plan. */
export function outlineOf(plan: Plan): PlanOutline {
  const running = plan.tasks.filter((task) => task.action === 'run');
  // Nothing is done on what a partial run leaves out, so it needs no address, is not claimed, and may leave its cluster.
  const chosen = plan.tasks.filter(({ reason }) => reason.code !== 'not-selected').map(({ node }) => node);
  const machines = new Set(chosen);
  machines.delete(SYNC_POINT);
  const needs = running.some(needsMaster);
  if ((machines.delete(MASTER) || needs) && plan.master !== null) machines.add(plan.master);
  const worksOn = new Set(chosen);
  worksOn.delete(SYNC_POINT);
  worksOn.delete(MASTER);
  const files = new Map(running.flatMap((task) => task.files).map((file) => [file.digest, file.size]));
  return {
    digest: plan.digest,
    graphType: plan.graphType,
    cluster: plan.cluster,
    master: plan.master,
    expectedMs: Math.round(plan.expectedMs),
    tasks: plan.tasks.map(({ task }) => task),
    machines: [...machines],
    worksOn: [...worksOn],
    needsMaster: needs,
    denied: plan.problems.filter(({ code }) => code === 'PLAN_TYPE_NOT_ALLOWED').map(({ summary }) => summary),
    unready: plan.problems
      .filter(({ code }) => UNREADY.has(code))
      .map(({ code, subject, summary }) => ({ code, subject, summary })),
    artifacts: [...files].map(([digest, size]) => ({ digest, size })),
  };
}

/** What each task requires, in the plan's order, then what each barrier does: places in that order. */
export function requiresOf({ tasks, barriers }: Plan): readonly (readonly number[])[] {
  const places = new Map(
    [...tasks.map(({ task }) => task), ...barriers.map(({ id }) => id)].map((name, at) => [name, at]),
  );
  const placeOf = (name: string): number => {
    const place = places.get(name);
    invariant(place !== undefined, `${name} is a task or a barrier of the plan`);
    return place;
  };
  return [...tasks, ...barriers].map((vertex) => vertex.requires.map(placeOf));
}
