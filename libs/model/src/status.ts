/** States of a task. `lost` never satisfies an edge and is not an end until decided. */
export const TASK_STATES = [
  'waiting',
  'ready',
  'running',
  'succeeded',
  'failed',
  'skipped',
  'blocked',
  'cancelled',
  'lost',
  'not-run',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** Ends, from which only a person's retry leads away. */
export type TaskEnd = 'succeeded' | 'failed' | 'skipped' | 'blocked' | 'cancelled' | 'not-run';

const taskTransitions: Readonly<Record<TaskState, readonly TaskState[]>> = {
  // To failed, from here too: tried before, and nobody will try again.
  waiting: ['ready', 'skipped', 'failed', 'blocked', 'not-run', 'cancelled'],
  // To waiting: work of the cluster itself, when something that it passed over is tried again.
  ready: ['running', 'skipped', 'failed', 'not-run', 'cancelled', 'waiting'],
  // Back to ready: a retry, or a lost attempt of an idempotent task.
  running: ['ready', 'succeeded', 'failed', 'skipped', 'cancelled', 'lost'],
  lost: ['ready', 'failed', 'skipped', 'cancelled'],
  succeeded: [],
  // Back to waiting: a person has it tried again, and with it what it kept from running.
  failed: ['waiting'],
  skipped: ['waiting'],
  blocked: ['waiting'],
  cancelled: ['waiting'],
  'not-run': ['waiting'],
};

const taskEnds: ReadonlySet<TaskState> = new Set<TaskEnd>([
  'succeeded',
  'failed',
  'skipped',
  'blocked',
  'cancelled',
  'not-run',
]);

export const DEPLOYMENT_STATES = [
  'pending',
  'running',
  'paused',
  'draining',
  'succeeded',
  'succeeded-with-skips',
  'succeeded-with-failures',
  'failed',
  'stopped',
  'cancelled',
] as const;
export type DeploymentStatus = (typeof DEPLOYMENT_STATES)[number];

const deploymentEnds = [
  'succeeded',
  'succeeded-with-skips',
  'succeeded-with-failures',
  'failed',
  'stopped',
  'cancelled',
] as const;
export type DeploymentOutcome = (typeof deploymentEnds)[number];

const deploymentTransitions: Readonly<Record<DeploymentStatus, readonly DeploymentStatus[]>> = {
  pending: ['running', 'failed', 'cancelled'],
  running: ['paused', 'draining', ...deploymentEnds],
  paused: ['running', 'draining', ...deploymentEnds],
  draining: [...deploymentEnds],
  succeeded: [],
  'succeeded-with-skips': [],
  'succeeded-with-failures': [],
  failed: [],
  stopped: [],
  cancelled: [],
};

/** True if the table allows `from` to become `to`; a pair outside it is a bug. */
export function isTaskTransition(from: TaskState, to: TaskState): boolean {
  return taskTransitions[from].includes(to);
}

/** As `isTaskTransition`, for deployments and transactions. */
export function isDeploymentTransition(from: DeploymentStatus, to: DeploymentStatus): boolean {
  return deploymentTransitions[from].includes(to);
}

export function isTaskEnd(state: TaskState): state is TaskEnd {
  return taskEnds.has(state);
}

export function isDeploymentEnd(state: DeploymentStatus): state is DeploymentOutcome {
  return deploymentTransitions[state].length === 0;
}

const goesOn: ReadonlySet<DeploymentStatus> = new Set(['succeeded', 'succeeded-with-skips', 'succeeded-with-failures']);

/** True if a transaction goes on to its next graph after a deployment that ended so. */
export function mayGoOn(state: DeploymentStatus): boolean {
  return goesOn.has(state);
}
