import { type Command, Option } from 'commander';
import { act, type Run } from '../define-command';
import { defineOfflineSources, defineSelection, limitChange } from '../plan/define-selection';
import type { OfflineSources } from '../plan/plan-input-offline';
import { simulatePlan, type SimulateOptions } from '../simulate/simulate-plan';
import { usageProblem } from '../usage-problem';

/** `simulate`: a plan from files, or a graph file, on virtual time. */
export function defineSimulateCommand(run: Run, program: Command): void {
  const simulate = defineSelection(
    defineOfflineSources(
      program
        .command('simulate')
        .description(
          "run a plan on the executor's own scheduler and virtual time; needs no server and touches no node",
        ),
    ),
  )
    .option('--graph-file <file>', 'JSON: a task graph with durations, instead of bundle and cluster file')
    .option('--raw', 'relations as resolved, pairwise: before barriers and reduction')
    .option('--limit <key=n>', 'what if a limit were another one: nodes=10; may be repeated', limitChange)
    .addOption(new Option('--offline', 'always so').hideHelp())
    .option('--script <file>', 'JSON: how long tasks take, which fail, who dies')
    .option('--no-trace', 'leave the trace out');
  act<SimulateOptions>(run, simulate, (session, options) => simulatePlan(session, options, sourcesOf(options)));
}

/** Fails with `ProblemsError` unless exactly one source is named. */
function sourcesOf({
  bundle,
  clusterFile,
  previous,
  graphFile,
  ...selection
}: SimulateOptions): OfflineSources | { readonly graphFile: string } {
  if (graphFile !== undefined) {
    const { raw, graph, sequence, nodes, tasks, subgraph, fetchDeps, force } = selection;
    if (
      raw ||
      bundle ||
      clusterFile ||
      previous ||
      graph ||
      sequence ||
      nodes ||
      tasks ||
      subgraph ||
      fetchDeps ||
      force
    )
      throw usageProblem('simulate', '--graph-file stands alone: it is carried out as it is');
    return { graphFile };
  }
  if (!bundle || !clusterFile)
    throw usageProblem('simulate', 'it needs --bundle DIR and --cluster-file FILE, or --graph-file FILE');
  return { bundle, clusterFile, ...(previous === undefined ? {} : { previous }) };
}
