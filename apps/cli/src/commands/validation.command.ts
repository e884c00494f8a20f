import type { Command } from 'commander';
import { act, list, number, type Run } from '../define-command';
import { listValidations, showResults } from '../validation/list-validations';
import { runValidations, type RunValidationsOptions, stopValidations } from '../validation/run-validations';

/** `validation`: the checks that a cluster's release and plugins declare. */
export function defineValidationCommands(run: Run, program: Command): void {
  const group = program.command('validation').description('checks before, after and around the tasks of a deployment');
  act(run, group.command('list <cluster>').description('validations by group'), (session, _options, [cluster = '']) =>
    listValidations(session, cluster),
  );
  act(
    run,
    group.command('results <cluster>').description('the latest result of each validation on each node'),
    (session, _options, [cluster = '']) => showResults(session, cluster),
  );
  act<RunValidationsOptions>(
    run,
    group
      .command('run <cluster>')
      .description('start a transaction of validations alone')
      .option('--group <names>', 'only those of these groups: a,b', list)
      .option('--validation <ids>', 'only these: a,b', list)
      .option('--nodes <names>', 'only on these nodes: a,b', list)
      .option('--wait', 'wait for the end')
      .option('--timeout <seconds>', 'how long to wait (default: for ever)', number(0)),
    (session, options, [cluster = '']) => runValidations(session, cluster, options),
  );
  act<{ reason?: string }>(
    run,
    group.command('stop <cluster>').description('cancel validations that run alone'),
    (session, { reason }, [cluster = '']) => stopValidations(session, cluster, reason),
  );
}
