import type { Command } from 'commander';
import type { Run } from '../define-command';

const SERVER_HELP = `
With MUSTER_DATABASE_URL or MUSTER_AMQP_URL it uses those instead of its own. What it makes is kept in MUSTER_DATA_DIR
(else ./.muster); it listens on MUSTER_HTTP_HOST and MUSTER_HTTP_PORT (else 127.0.0.1, 7070). README.md lists them all.
`;

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
      .addHelpText('after', kind === 'server' ? SERVER_HELP : '')
      .action(async () => {
        const endWatch = endCleanlyWhileLoading();
        // Loaded only here: servers bring NestJS and a database along.
        const { serve } = await import('@muster/server');
        // It listens to signals before it first waits for anything.
        const served = serve(kind);
        endWatch();
        run.exitCode = (await served) === 0 ? 0 : 1;
      });
  }
}

/** Loading takes a second, and nothing is open yet: told to stop, the process just ends. Returns how to stop watching. */
function endCleanlyWhileLoading(): () => void {
  const end = (): void => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, end);
  return () => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.removeListener(signal, end);
  };
}
