import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { defineAuditCommand } from './commands/audit.command';
import { defineBrokerRightsCommand } from './commands/broker-rights.command';
import { defineBundleCommands } from './commands/bundle.command';
import { defineClusterCommands } from './commands/cluster.command';
import { defineControlCommands } from './commands/control.command';
import { defineDeployCommand } from './commands/deploy.command';
import { defineForceCloseCommand } from './commands/force-close.command';
import { defineLimitCommand } from './commands/limit.command';
import { defineLintCommand } from './commands/lint.command';
import { defineLoginCommands } from './commands/login.command';
import { defineLogsCommand } from './commands/logs.command';
import { defineNodeCommands } from './commands/node.command';
import { defineProfileCommands } from './commands/profile.command';
import { definePoolCommands } from './commands/pool.command';
import { defineValidationCommands } from './commands/validation.command';
import { defineEventsCommand } from './commands/events.command';
import { defineWebhookCommands } from './commands/webhook.command';
import { definePresetCommands } from './commands/preset.command';
import { defineProjectCommands } from './commands/project.command';
import { definePlanCommand } from './commands/plan.command';
import { defineServerCommands } from './commands/server.command';
import { defineSimulateCommand } from './commands/simulate.command';
import { defineHistoryCommands } from './commands/history.command';
import { defineStatusCommand } from './commands/status.command';
import { defineTokenCommands } from './commands/token.command';
import { defineWatchCommand } from './commands/watch.command';
import { defineWhoamiCommand } from './commands/whoami.command';
import { defineWhyCommand } from './commands/why.command';
import type { Run } from './define-command';
import { tame } from './tame';

const AFTER_HELP = `
Exit codes:
  0  success                                 5  cancelled
  1  usage or local error                    6  still running, paused or draining when the wait ended
  2  plan has changes (--detailed-exitcode)  7  server unreachable
  3  failed                                  8  refused (permission, claim, stale plan)
  4  stopped by fault tolerance or a guard   9  succeeded with skips or tolerated failures

Example:
  muster release publish examples/web-cluster
  muster cluster apply -f cluster.yaml --accept-host-keys
  muster plan web
  muster deploy web --wait
`;

/** The tree of commands; the bodies load what they need when they run, so that starting stays fast. */
export function makeProgram(run: Run): Command {
  const program = new Command('muster')
    .description('Deploys clusters of machines from a cross-node task graph.')
    .version(version(), '--version', 'print the version')
    .option('--server <url>', 'address of the planner (else MUSTER_SERVER, else http://127.0.0.1:7070)')
    .option('--token <token>', 'bearer token (better: MUSTER_TOKEN, which other users of the machine cannot see)')
    .option('--project <project>', 'whose clusters, nodes and releases are meant (else MUSTER_PROJECT, else default)')
    .option('--reason <text>', 'why something is changed, for the record');
  defineBundleCommands(run, program);
  defineClusterCommands(run, program);
  definePresetCommands(run, program);
  defineNodeCommands(run, program);
  definePoolCommands(run, program);
  defineValidationCommands(run, program);
  defineProfileCommands(run, program);
  defineWebhookCommands(run, program);
  defineEventsCommand(run, program);
  defineProjectCommands(run, program);
  defineTokenCommands(run, program);
  defineAuditCommand(run, program);
  defineLoginCommands(run, program);
  defineWhoamiCommand(run, program);
  definePlanCommand(run, program);
  defineDeployCommand(run, program);
  defineWatchCommand(run, program);
  defineStatusCommand(run, program);
  defineHistoryCommands(run, program);
  defineWhyCommand(run, program);
  defineLogsCommand(run, program);
  defineControlCommands(run, program);
  defineForceCloseCommand(run, program);
  defineLimitCommand(run, program);
  defineSimulateCommand(run, program);
  defineLintCommand(run, program);
  defineServerCommands(run, program);
  defineBrokerRightsCommand(run, program);
  program.addHelpText('after', AFTER_HELP);
  tame(program, run.io);
  return program;
}

function version(): string {
  // Beside both `src` and `dist`.
  const file = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };
  return file.version;
}
