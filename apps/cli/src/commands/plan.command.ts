import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { defineOfflineSources, defineSelection, limitChange } from '../plan/define-selection';
import { makePlan, type PlanOptions } from '../plan/make-plan';
import type { OfflineSources } from '../plan/plan-input-offline';
import { usageProblem } from '../usage-problem';

/** `plan`: online by default, `--offline` without any server. */
export function definePlanCommand(run: Run, program: Command): void {
  const plan = defineOfflineSources(
    defineSelection(
      program.command('plan [cluster]').description('show what a deployment would do, and why; touches no node'),
    )
      .option('--raw', 'relations as resolved, pairwise: before barriers and reduction')
      .option(
        '--what-if <key=n>',
        'how long with another limit: nodes=10, definition:x=2; may be repeated',
        limitChange,
      )
      .option('--compare <plan>', 'show the difference to another plan: a file with its JSON, or its digest')
      .option('--offline', 'plan here, without a server: needs --bundle and --cluster-file'),
  ).option('--detailed-exitcode', 'exit with 2 when something would run (with --compare: when the plans differ)');
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
  const { offline, bundle, clusterFile, previous } = options;
  if (offline) {
    if (cluster !== undefined)
      throw usageProblem('plan --offline', 'it takes its cluster from --cluster-file, not by name');
    if (!clusterFile || !bundle) throw usageProblem('plan --offline', 'it needs --bundle DIR and --cluster-file FILE');
    return { bundle, clusterFile, ...(previous === undefined ? {} : { previous }) };
  }
  if (cluster === undefined) throw usageProblem('plan', 'it needs the name of a cluster, or --offline');
  if (clusterFile || bundle || previous !== undefined)
    throw usageProblem('plan', '--bundle, --cluster-file and --previous go with --offline');
  return { cluster };
}
