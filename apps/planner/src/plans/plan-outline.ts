import { createHash } from 'node:crypto';
import { canonicalJson, MASTER, type Plan, SYNC_POINT, type TaskAddress } from '@muster/model';
import { invariant } from '@muster/problems';

/** What the planner itself needs of a plan once it is packed: enough to deploy it and to say how it differs from another. */
export interface PlanOutline {
  readonly digest: string;
  readonly graphType: string;
  readonly cluster: string;
  readonly master: string | null;
  readonly expectedMs: number;
  /** Address, and a short hash over everything that makes the task what it is; in the plan's order. */
  readonly tasks: readonly (readonly [TaskAddress, string])[];
  /** What each task requires, in the order of `tasks`, then what each barrier does: places in that order. */
  readonly requires: readonly (readonly number[])[];
  /** Names of the machines that tasks run on, the control node's own name included. */
  readonly machines: readonly string[];
  /** Something is to run on the master node. */
  readonly needsMaster: boolean;
  /** Files that the tasks use, each once. */
  readonly artifacts: readonly { readonly digest: string; readonly size: number }[];
}

/** Cost: proportional to the plan, a hash per task. */
export function outlineOf(plan: Plan): PlanOutline {
  const running = plan.tasks.filter((task) => task.action === 'run');
  const machines = new Set(plan.tasks.map((task) => task.node));
  machines.delete(SYNC_POINT);
  if (machines.delete(MASTER) && plan.master !== null) machines.add(plan.master);
  const files = new Map(running.flatMap((task) => task.files).map((file) => [file.digest, file.size]));
  return {
    digest: plan.digest,
    graphType: plan.graphType,
    cluster: plan.cluster,
    master: plan.master,
    expectedMs: Math.round(plan.expectedMs),
    tasks: plan.tasks.map(
      (task) =>
        [
          task.task,
          createHash('sha256')
            .update(canonicalJson({ ...task, expectedMs: null }))
            .digest('base64url')
            .slice(0, 16),
        ] as const,
    ),
    requires: requiresOf(plan),
    machines: [...machines],
    needsMaster: running.some((task) => task.node === MASTER),
    artifacts: [...files].map(([digest, size]) => ({ digest, size })),
  };
}

function requiresOf({ tasks, barriers }: Plan): readonly (readonly number[])[] {
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

/** How `now` differs from what was approved, in one sentence; at most `namesMax` tasks are named. */
export function describeDifference(approved: PlanOutline, now: PlanOutline, namesMax = 10): string {
  const before = new Map(approved.tasks);
  const after = new Map(now.tasks);
  const added = [...after.keys()].filter((task) => !before.has(task));
  const gone = [...before.keys()].filter((task) => !after.has(task));
  const changed = [...after]
    .filter(([task, hash]) => before.has(task) && before.get(task) !== hash)
    .map(([task]) => task);
  const parts = [
    describe('added', added, namesMax),
    describe('gone', gone, namesMax),
    describe('changed', changed, namesMax),
  ].filter((part) => part !== null);
  return parts.length > 0
    ? parts.join('; ')
    : 'The tasks are the same; revision, release, node identities or options differ.';
}

function describe(what: string, tasks: readonly string[], namesMax: number): string | null {
  if (tasks.length === 0) return null;
  const more = tasks.length > namesMax ? ` and ${tasks.length - namesMax} more` : '';
  return `${what}: ${tasks.slice(0, namesMax).join(', ')}${more}`;
}
