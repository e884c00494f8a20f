import { POOL_PREFIX } from '@muster/model';
import { CODE, type DeploymentState } from './deployment-state';
import { offerNextOf } from './offer-next';

/** How a deployment stands towards one pool. */
export interface PoolNeed {
  readonly pool: string;
  /** Slots that it has leased. */
  readonly leased: number;
  /** Of these, slots that nobody here uses or will use at the next decision. */
  readonly idle: number;
  /** Slots that tasks wait for; at most the pool's size. */
  readonly wanted: number;
}

/**
 * What a deployment has of each pool and what it lacks, right after `decide`; by name, empty for graphs without pools. Nothing
 * is wanted while nothing may start. Cost: proportional to the tasks that are parked at pools.
 */
export function poolNeeds(state: DeploymentState): PoolNeed[] {
  const needs: PoolNeed[] = [];
  state.isLeased.forEach((leased, limit) => {
    if (leased === 0) return;
    const capacity = state.limitCapacity[limit] as number;
    const used = state.limitUsed[limit] as number;
    const size = state.graph.limitCapacity[limit] as number;
    // Sections that were left open by an earlier run hold slots that have still to be leased.
    const owed = Math.max(0, used - capacity);
    needs.push({
      pool: (state.graph.limitKeys[limit] as string).slice(POOL_PREFIX.length),
      leased: capacity,
      idle: Math.max(0, capacity - used),
      wanted: Math.min(size, owed + waitingAt(state, limit)),
    });
  });
  return needs;
}

/** True if a task could start but for the slots of pools. Cost: proportional to the tasks that are parked at pools. */
export function waitsForPool(state: DeploymentState): boolean {
  return state.isLeased.some((leased, limit) => leased === 1 && waitingAt(state, limit) > 0);
}

function waitingAt(state: DeploymentState, limit: number): number {
  if ((state.status !== 'pending' && state.status !== 'running') || state.stop !== null) return 0;
  const waiting = new Set<number>();
  for (const task of state.parkedAtLimit[limit]?.items() ?? []) if (state.task[task] === CODE.ready) waiting.add(task);
  return waiting.size;
}

/** Leased slots are there to be taken. */
export function leaseSlots(state: DeploymentState, pool: string, slots: number): void {
  const limit = leasedLimit(state, pool);
  if (limit < 0) return;
  (state.limitCapacity[limit] as number) += slots;
  for (let slot = 0; slot < slots; slot++) offerNextOf(state, state.parkedAtLimit[limit]);
}

/** Slots that nobody uses go back to the pool. */
export function giveBackLease(state: DeploymentState, pool: string, slots: number): void {
  const limit = leasedLimit(state, pool);
  if (limit >= 0) state.limitCapacity[limit] = Math.max(0, (state.limitCapacity[limit] as number) - slots);
}

function leasedLimit(state: DeploymentState, pool: string): number {
  const limit = state.graph.limitKeys.indexOf(POOL_PREFIX + pool);
  return limit >= 0 && state.isLeased[limit] === 1 ? limit : -1;
}
