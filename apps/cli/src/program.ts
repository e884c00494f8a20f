import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { defineBundleCommands } from './commands/bundle.command';
import { defineClusterCommands } from './commands/cluster.command';
import { defineControlCommands } from './commands/control.command';
import { defineDeployCommand } from './commands/deploy.command';
import { defineLintCommand } from './commands/lint.command';
import { defineLogsCommand } from './commands/logs.command';
import { defineNodeCommands } from './commands/node.command';
import { definePlanCommand } from './commands/plan.command';
import { defineServerCommands } from './commands/server.command';
import { defineSimulateCommand } from './commands/simulate.command';
import { defineStatusCommand } from './commands/status.command';
import { defineWatchCommand } from './commands/watch.command';
import { defineWhyCommand } from './commands/why.command';
import type { Run } from './define-command';
import { tame } from './tame';

/** The tree of commands; the bodies load what they need when they run, so that starting stays fast. */
export function makeProgram(run: Run): Command {
  const program = new Command('muster')
    .description('Deploys clusters of machines from a cross-node task graph.')
    .version(version(), '--version', 'print the version')
    .option('--server <url>', 'address of the planner (else MUSTER_SERVER, else http://127.0.0.1:7070)')
    .option('--token <token>', 'bearer token (better: MUSTER_TOKEN, which other users of the machine cannot see)');
  defineBundleCommands(run, program);
  defineClusterCommands(run, program);
  defineNodeCommands(run, program);
  definePlanCommand(run, program);
  defineDeployCommand(run, program);
  defineWatchCommand(run, program);
  defineStatusCommand(run, program);
  defineWhyCommand(run, program);
  defineLogsCommand(run, program);
  defineControlCommands(run, program);
  defineSimulateCommand(run, program);
  defineLintCommand(run, program);
  defineServerCommands(run, program);
  tame(program, run.io);
  return program;
}

function version(): string {
  // Beside both `src` and `dist`.
  const file = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };
  return file.version;
}
