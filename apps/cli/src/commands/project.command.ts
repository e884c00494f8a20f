import type { ProjectView } from '@muster/client';
import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { collect } from '../io/collect';
import { table } from '../io/table';

/** `project`: list, show, create, archive, restore. */
export function defineProjectCommands(run: Run, program: Command): void {
  const group = program.command('project').description('projects: owners of every name');

  act(run, group.command('list').description('list the projects in which you have a role'), async (session) => {
    const items = await collect((await session.client()).projects.list());
    session.answer(items, () => table(['name', 'you are', 'made by', 'archived'], items.map(row)));
    return ExitCode.success;
  });

  const verbs = [
    ['show', 'show a project', 'get'],
    ['create', 'make a project', 'create'],
    ['archive', 'make a project one that is only read', 'archive'],
    ['restore', 'take an archived project back into use', 'restore'],
  ] as const;
  for (const [verb, description, method] of verbs)
    act(run, group.command(`${verb} <project>`).description(description), async (session, _options, [name = '']) => {
      const project = await (await session.client()).projects[method](name);
      session.answer(project, () => table(['name', 'you are', 'made by', 'archived'], [row(project)]));
      return ExitCode.success;
    });
}

function row({ name, roles, createdBy, archivedAt }: ProjectView): readonly string[] {
  return [name, roles.join(', '), createdBy, archivedAt ?? ''];
}
