import type { Plan, TaskGraph } from '@muster/model';
import { changeLimits, type LimitChanges } from './change-limits';
import { simulate } from './simulate';

/**
 * Milliseconds that a deployment of `graph` takes if every task succeeds in its expected time (a second where nobody knows):
 * dependencies, limits and one task per node at a time included, by the executor's own scheduler.
 * Cost: a few microseconds per task and relation.
 */
export function predictMs(graph: TaskGraph): number {
  return Math.round(simulate(graph, { trace: false }).makespan * 1000);
}

/** The plan with the duration that the scheduler would need, instead of that of its critical path alone. */
export function withPrediction(plan: Plan): Plan {
  return { ...plan, expectedMs: predictMs(plan) };
}

/** What a plan would take if limits were other ones. */
export interface WhatIf {
  /** As asked; null is unlimited. */
  readonly limits: LimitChanges;
  readonly expectedMs: number;
}

/** Fails with `ProblemsError` for limits that the graph does not have. */
export function predictWhatIf(graph: TaskGraph, limits: LimitChanges): WhatIf {
  return { limits, expectedMs: predictMs(changeLimits(graph, limits)) };
}
