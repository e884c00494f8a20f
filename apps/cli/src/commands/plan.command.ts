import type { Command } from 'commander';
import { act, list, repeated, type Run } from '../define-command';
import type { OfflineSources } from '../plan/plan-input-offline';
import { usageProblem } from '../usage-problem';
import { makePlan, type PlanOptions } from '../plan/make-plan';

/** `plan`: online by default, `--offline` without any server. */
export function definePlanCommand(run: Run, program: Command): void {
  const plan = program
    .command('plan [cluster]')
    .description('show what a deployment would do, and why; touches no node')
    .option('--graph <type>', 'graph type', 'default')
    .option('--nodes <names>', 'only these nodes: a,b', list)
    .option('--tasks <names>', 'only these task definitions: x,y', list)
    .option('--force', 'run what would be skipped since nothing changed')
    .option('--raw', 'relations as resolved, pairwise: before barriers and reduction')
    .option('--offline', 'plan here, without a server: needs --bundle and --cluster-file')
    .option('--bundle <dir>', 'folder of a release or plugin; may be repeated (with --offline)', repeated)
    .option('--cluster-file <file>', 'cluster file (with --offline)')
    .option('--detailed-exitcode', 'exit with 2 when something would run');
  const outputs = ['table', 'json', 'dot', 'mermaid'];
  act<PlanOptions>(
    run,
    plan,
    (session, options, [cluster]) => makePlan(session, options, sourceOf(options, cluster)),
    outputs,
  );
}

/** Fails with `ProblemsError` unless exactly one source is named. */
function sourceOf(options: PlanOptions, cluster: string | undefined): { readonly cluster: string } | OfflineSources {
  const { offline, bundle, clusterFile } = options;
  if (offline) {
    if (cluster !== undefined)
      throw usageProblem('plan --offline', 'it takes its cluster from --cluster-file, not by name');
    if (!clusterFile || !bundle) throw usageProblem('plan --offline', 'it needs --bundle DIR and --cluster-file FILE');
    return { bundle, clusterFile };
  }
  if (cluster === undefined) throw usageProblem('plan', 'it needs the name of a cluster, or --offline');
  if (clusterFile || bundle) throw usageProblem('plan', '--bundle and --cluster-file go with --offline');
  return { cluster };
}
