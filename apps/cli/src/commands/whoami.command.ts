import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { table } from '../io/table';

/** `whoami`: whose the token is that would be sent. */
export function defineWhoamiCommand(run: Run, program: Command): void {
  const command = program.command('whoami').description('who you are to the planner, and what you may do where');
  act(run, command, async (session) => {
    const identity = await (await session.client()).identity.get();
    session.answer(identity, () => {
      const rows = Object.entries(identity.roles).map(([project, role]) => [
        project === '*' ? 'every project' : project,
        role,
      ]);
      return `${identity.name}\n\n${table(['project', 'role'], rows)}`;
    });
    return ExitCode.success;
  });
}
