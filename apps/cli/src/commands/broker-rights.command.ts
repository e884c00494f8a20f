import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { act, repeated, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { usageProblem } from '../usage-problem';

const HELP = `
Prints a file for \`rabbitmqctl import_definitions FILE\`: every queue and exchange, and users who may do their part and
nothing else. Their passwords are made here and told on stderr, once; the file has hashes of them.
Start services as these users with MUSTER_AMQP_TOPOLOGY=check: they may make nothing.

Parts: planner, executor; plugin publishes itself, program controls transactions, reader hears the feed.
`;

/** `broker-rights`: users of RabbitMQ with narrow permissions. */
export function defineBrokerRightsCommand(run: Run, program: Command): void {
  const command = program
    .command('broker-rights')
    .description('print RabbitMQ definitions: queues, and users for planner, executor, plugins with narrow rights')
    .option('--vhost <name>', 'virtual host', '/')
    .option('--user <part=name>', 'a user for a part, repeated (default: planner, executor, plugin)', repeated)
    .addHelpText('after', HELP);
  act<{ vhost: string; user?: readonly string[] }>(
    run,
    command,
    async (
      session,
      { vhost, user = ['planner=muster-planner', 'executor=muster-executor', 'plugin=muster-plugin'] },
    ) => {
      const { BROKER_PARTS, brokerDefinitions } = await import('@muster/server');
      const users = user.map((text) => {
        const [part, name] = text.split('=', 2);
        const known = BROKER_PARTS.find((each) => each === part);
        if (known === undefined || !name)
          throw usageProblem('--user', `"${text}" is not PART=NAME with one of ${BROKER_PARTS.join(', ')}`);
        return { name, part: known, password: randomBytes(24).toString('base64url') };
      });
      if (new Set(users.map(({ name }) => name)).size < users.length)
        throw usageProblem('--user', 'each user needs a name of its own');
      const definitions = brokerDefinitions(vhost, users);
      session.answer({ definitions, users }, () => `${JSON.stringify(definitions, null, 2)}\n`);
      if (!session.json) for (const { name, password } of users) session.say(`${name}: ${password}`);
      return ExitCode.success;
    },
  );
}
