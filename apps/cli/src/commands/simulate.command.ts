import { type Command, Option } from 'commander';
import { act, list, repeated, type Run } from '../define-command';
import { simulatePlan, type SimulateOptions } from '../simulate/simulate-plan';

/** `simulate`: a plan from files, on virtual time. */
export function defineSimulateCommand(run: Run, program: Command): void {
  const simulate = program
    .command('simulate')
    .description("run a plan on the executor's own scheduler and virtual time; needs no server and touches no node")
    .requiredOption('--bundle <dir>', 'folder of a release or plugin; may be repeated', repeated)
    .requiredOption('--cluster-file <file>', 'cluster file')
    .option('--graph <type>', 'graph type', 'default')
    .option('--nodes <names>', 'only these nodes: a,b', list)
    .option('--tasks <names>', 'only these task definitions: x,y', list)
    .option('--force', 'run what would be skipped since nothing changed')
    .addOption(new Option('--offline', 'always so').hideHelp())
    .option('--script <file>', 'JSON: how long tasks take, which fail, who dies')
    .option('--no-trace', 'leave the trace out');
  act<SimulateOptions>(run, simulate, (session, options) => {
    const { bundle = [], clusterFile = '' } = options;
    return simulatePlan(session, options, { bundle, clusterFile });
  });
}
