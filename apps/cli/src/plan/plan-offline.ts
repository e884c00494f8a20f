import type { PlanDocument } from '@muster/client';
import type { Plan } from '@muster/model';
import type { PlanInput } from '@muster/planning';
import { ProblemsError } from '@muster/problems';
import type { Session } from '../session';
import { graphTypesOf } from './graph-types';
import { type OfflineSources, planInputOffline } from './plan-input-offline';

/** What of which graphs is planned. */
export interface PlanSelection {
  /** In the order in which they would run; empty or absent: `default`. */
  readonly graph?: readonly string[];
  /** Name of a sequence of graphs, instead of `graph`. */
  readonly sequence?: string;
  readonly nodes?: readonly string[];
  readonly tasks?: readonly string[];
  readonly subgraph?: readonly string[];
  readonly fetchDeps?: boolean;
  readonly force?: boolean;
  readonly raw?: boolean;
}

/** For what expressions of one plan take, as on the planner. */
const EXPRESSION_SECONDS_MAX = 60;

/** Sizes of limits by key; null is unlimited. */
export type WhatIfLimits = Readonly<Record<string, number | null>>;

/**
 * Plans from files alone, one plan per graph in the order in which they would run; what is odd about the files is among
 * the problems of each. Fails with `ProblemsError` when there
 * is no plan.
 */
export async function planOffline(
  session: Session,
  sources: OfflineSources,
  selection: PlanSelection,
): Promise<readonly [Plan, ...Plan[]]> {
  const { asSucceeded, plan } = await import('@muster/planning');
  const { withPrediction } = await import('@muster/simulation');
  const { previousCluster, problems, ...input } = await planInputOffline(session, sources);
  const planOne = (graphType: string): Plan => {
    const previous = previousCluster && asSucceeded(previousCluster, input.release, input.plugins, input.sha256);
    const end = performance.now() + EXPRESSION_SECONDS_MAX * 1000;
    const made = plan({
      ...input,
      graphType,
      options: optionsOf(selection),
      expired: () => performance.now() > end,
      ...(previous
        ? {
            previous: previous.states,
            previousPrimaries: previous.primaries,
            identity: { previous: previous.used },
          }
        : {}),
    });
    if (!made.plan) throw new ProblemsError(made.problems);
    return withPrediction({ ...made.plan, problems: [...problems, ...made.plan.problems] });
  };
  const [first, ...later] = graphTypesOf(selection, [input.release, ...input.plugins]);
  return [planOne(first), ...later.map(planOne)];
}

function optionsOf(selection: PlanSelection): NonNullable<PlanInput['options']> {
  const { nodes = null, tasks = null, subgraph = null, fetchDeps = false, force = false, raw = false } = selection;
  return { nodes, tasks, subgraphs: subgraph, fetchDeps, force, raw };
}

/** As `planOffline`, in the form that the planner gives; plans of later graphs are provisional. */
export async function planDocumentOffline(
  session: Session,
  sources: OfflineSources,
  selection: PlanSelection,
  whatIf: WhatIfLimits | null,
): Promise<PlanDocument> {
  const { planJson } = await import('@muster/planning');
  const { predictWhatIf } = await import('@muster/simulation');
  const [first, ...later] = await planOffline(session, sources, selection);
  const documentOf = (plan: Plan): PlanDocument => planJson(plan) as unknown as PlanDocument;
  return {
    ...documentOf(first),
    ...(whatIf ? { whatIf: predictWhatIf(first, whatIf) } : {}),
    ...(later.length > 0 ? { later: later.map((plan) => ({ ...documentOf(plan), provisional: true as const })) } : {}),
  };
}
