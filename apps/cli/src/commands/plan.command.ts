import type { Command } from 'commander';
import { act, list, repeated, type Run } from '../define-command';
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
  const body = async (...[session, options, [cluster]]: Parameters<Parameters<typeof act<PlanOptions>>[2]>) => {
    if (options.offline) {
      if (cluster !== undefined)
        throw usageProblem('plan --offline', 'it takes its cluster from --cluster-file, not by name');
      if (!options.clusterFile || !options.bundle)
        throw usageProblem('plan --offline', 'it needs --bundle DIR and --cluster-file FILE');
    } else {
      if (cluster === undefined) throw usageProblem('plan', 'it needs the name of a cluster, or --offline');
      if (options.clusterFile || options.bundle)
        throw usageProblem('plan', '--bundle and --cluster-file go with --offline');
    }
    return makePlan(session, options, cluster);
  };
  act<PlanOptions>(run, plan, body, ['table', 'json', 'dot', 'mermaid']);
}
