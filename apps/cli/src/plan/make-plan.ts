import type { PlanDocument, PlanRequest } from '@muster/client';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { comparisonWith, differenceText, readPlan } from './plan-comparison';
import { planDot, planMermaid } from './plan-drawing';
import type { OfflineSources } from './plan-input-offline';
import { planDocumentOffline, type PlanSelection, type WhatIfLimits } from './plan-offline';
import { planTable } from './plan-table';

export interface PlanOptions extends PlanSelection, Partial<OfflineSources> {
  readonly offline?: boolean;
  readonly detailedExitcode?: boolean;
  readonly whatIf?: WhatIfLimits;
  /** File with the JSON of another plan, or the digest of one that the planner keeps. */
  readonly compare?: string;
}

/** Plans, by the planner or offline, and prints the plan, or how it differs from another. */
export async function makePlan(
  session: Session,
  options: PlanOptions,
  source: { readonly cluster: string } | OfflineSources,
): Promise<ExitCode> {
  // Read first: a file that is none should not cost a plan.
  const other = options.compare === undefined ? null : await readPlan(session, options.compare, source);
  const plan =
    'cluster' in source
      ? await planOnline(session, options, source.cluster)
      : await planDocumentOffline(session, source, options, options.whatIf ?? null);
  session.warn(plan.problems);
  const changes = plan.tasks.some((it) => it.action === 'run');
  const code = options.detailedExitcode && changes ? ExitCode.planHasChanges : ExitCode.success;
  if (other === null) {
    session.io.stdout.write(printed(plan, session.options.output));
    return code;
  }
  const difference = await comparisonWith(other, plan);
  session.answer(difference, () => differenceText(difference));
  return options.detailedExitcode && !difference.same ? ExitCode.planHasChanges : ExitCode.success;
}

async function planOnline(session: Session, options: PlanOptions, cluster: string): Promise<PlanDocument> {
  const client = await session.client();
  return client.clusters.plan(cluster, requestOf(options));
}

function requestOf({ graph, sequence, subgraph, whatIf, ...options }: PlanOptions): PlanRequest {
  const { nodes, tasks, fetchDeps, force, raw } = options;
  return {
    ...(graph && graph.length > 1 ? { graphs: graph } : graph?.[0] === undefined ? {} : { graphType: graph[0] }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(nodes ? { nodes } : {}),
    ...(tasks ? { tasks } : {}),
    ...(subgraph ? { subgraphs: subgraph } : {}),
    ...(fetchDeps ? { fetchDeps } : {}),
    ...(force ? { force } : {}),
    ...(raw ? { raw } : {}),
    ...(whatIf ? { whatIf } : {}),
  };
}

function printed(plan: PlanDocument, output: string): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify(plan)}\n`;
    case 'dot':
      return planDot(plan);
    case 'mermaid':
      return planMermaid(plan);
    default:
      return planTable(plan);
  }
}
