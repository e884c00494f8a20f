import type { DeployRequest } from '@muster/client';
import type { Command } from 'commander';
import { act, number, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { defineSelection } from '../plan/define-selection';
import type { PlanSelection } from '../plan/plan-offline';
import { waitAndTell } from '../waiting/wait-and-tell';

interface DeployOptions extends Omit<PlanSelection, 'raw'> {
  readonly plan?: string;
  readonly noop?: boolean;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
}

/** `deploy`: starts a transaction, and waits for it if asked to. */
export function defineDeployCommand(run: Run, program: Command): void {
  const deploy = defineSelection(program.command('deploy <cluster>').description('carry out the plan of a cluster'))
    .option('--plan <digest>', 'run exactly this plan, or refuse')
    .option('--noop', 'run on the nodes without changing them, where the task type can')
    .option('--wait', 'wait for the outcome; the exit code tells it')
    .option('--timeout <seconds>', 'wait, but at most so long', number(0));
  act<DeployOptions>(run, deploy, async (session, options, [cluster = '']) => {
    const client = await session.client();
    const { transaction } = await client.transactions.start(deployRequest(cluster, options));
    session.answer({ transaction }, () => `transaction ${transaction} is started\n`);
    if (options.wait || options.timeout !== undefined) {
      return waitAndTell(session, transaction, options.timeout);
    }
    session.say(`follow it with: muster watch ${transaction}`);
    return ExitCode.success;
  });
}

function deployRequest(cluster: string, options: DeployOptions): DeployRequest {
  const { graph, sequence, plan, nodes, tasks, subgraph, fetchDeps, force, noop, reason } = options;
  return {
    cluster,
    ...(graph ? { graphs: graph } : {}),
    ...(sequence === undefined ? {} : { sequence }),
    ...(plan === undefined ? {} : { plan }),
    ...(nodes ? { nodes } : {}),
    ...(tasks ? { tasks } : {}),
    ...(subgraph ? { subgraphs: subgraph } : {}),
    ...(fetchDeps ? { fetchDeps } : {}),
    ...(force ? { force } : {}),
    ...(noop ? { noop } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}
