import type { Plan, TaskGraph } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { compileGraph, findSectionDeadlock } from '@muster/scheduling';
import { changeLimits, type LimitChanges } from './change-limits';
import { chooseOrder } from './choose-order';

/**
 * The plan with the order of choice that takes least, and the duration of a deployment by the executor's own scheduler if
 * every task succeeds in its expected time (a second where nobody knows), instead of that of its critical path alone. Fails with `ProblemsError` for sections that could wait for each other for ever.
 */
export function withPrediction(plan: Plan): Plan {
  refuseWaitingSections(plan);
  const { priorities, makespanMs } = chooseOrder(plan);
  return { ...plan, expectedMs: Math.round(makespanMs), ...(priorities ? { priorities } : {}) };
}

function refuseWaitingSections(graph: TaskGraph): void {
  if (graph.tasks.every(({ section }) => section === undefined)) return;
  const found = findSectionDeadlock(compileGraph(graph));
  if (!found) return;
  const { section, held, task, needed } = found;
  throw new ProblemsError([
    problem('PLAN_SECTION_DEADLOCK', {
      subject: `section ${section}`,
      summary: `holds ${held} and cannot end before ${task} has, which needs ${needed}: while others hold it, none of them goes on`,
    }),
  ]);
}

/** What a plan would take if limits were other ones. */
export interface WhatIf {
  /** As asked; null is unlimited. */
  readonly limits: LimitChanges;
  readonly expectedMs: number;
}

/** Fails with `ProblemsError` for limits that the graph does not have. */
export function predictWhatIf(graph: TaskGraph, limits: LimitChanges): WhatIf {
  return { limits, expectedMs: Math.round(chooseOrder(changeLimits(graph, limits)).makespanMs) };
}
