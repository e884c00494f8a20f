import type { PlanDocument } from '@muster/client';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { planDot, planMermaid } from './plan-drawing';
import { planTable } from './plan-table';
import type { OfflineSources } from './plan-input-offline';
import { planDocumentOffline, type PlanSelection } from './plan-offline';

export interface PlanOptions extends PlanSelection, Partial<OfflineSources> {
  readonly offline?: boolean;
  readonly detailedExitcode?: boolean;
}

/** Plans, by the planner or offline, and prints the plan. */
export async function makePlan(
  session: Session,
  options: PlanOptions,
  source: { readonly cluster: string } | OfflineSources,
): Promise<ExitCode> {
  const plan =
    'cluster' in source
      ? await planOnline(session, options, source.cluster)
      : await planDocumentOffline(session, source, options);
  session.warn(plan.problems);
  session.io.stdout.write(printed(plan, session.options.output));
  const changes = plan.tasks.some((it) => it.action === 'run');
  return options.detailedExitcode && changes ? ExitCode.planHasChanges : ExitCode.success;
}

async function planOnline(session: Session, options: PlanOptions, cluster: string): Promise<PlanDocument> {
  const { graph, nodes, tasks, force, raw } = options;
  const client = await session.client();
  return client.clusters.plan(cluster, {
    graphType: graph,
    ...(nodes ? { nodes } : {}),
    ...(tasks ? { tasks } : {}),
    ...(force ? { force } : {}),
    ...(raw ? { raw } : {}),
  });
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
