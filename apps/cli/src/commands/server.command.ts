import type { Command } from 'commander';
import type { Run } from '../define-command';

/** `server`, `planner`, `executor`: run in the foreground, configured by the environment. */
export function defineServerCommands(run: Run, program: Command): void {
  const kinds = [
    ['server', 'start everything in one process: planner, executor, database and broker'],
    ['planner', 'start one planner; needs MUSTER_DATABASE_URL, MUSTER_AMQP_URL and MUSTER_SECRET_KEY'],
    ['executor', 'start one executor; needs MUSTER_DATABASE_URL, MUSTER_AMQP_URL and MUSTER_SECRET_KEY'],
  ] as const;
  for (const [kind, description] of kinds) {
    program
      .command(kind)
      .description(description)
      .action(async () => {
        // Loaded only here: servers bring NestJS and a database along.
        const { serve } = await import('@muster/server');
        run.exitCode = (await serve(kind)) === 0 ? 0 : 1;
      });
  }
}
