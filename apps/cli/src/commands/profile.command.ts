import type { Command } from 'commander';
import { act, repeated, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { answerAsYaml } from '../io/answer-as-yaml';
import { collect } from '../io/collect';
import { table } from '../io/table';

/** `profile`: list, show, set, match, assign, give, remove; and `cluster match`. */
export function defineProfileCommands(run: Run, program: Command): void {
  const group = program.command('profile').description('profiles: what machines must be to fit a purpose');

  act(run, group.command('list').description('list profiles'), async (session) => {
    const items = await collect((await session.client()).profiles.list());
    session.answer(items, () =>
      table(
        ['name', 'rules'],
        items.map((it) => [it.name, it.rules.join(', ')]),
      ),
    );
    return ExitCode.success;
  });

  act(run, group.command('show <profile>').description('show a profile'), async (session, _options, [name = '']) => {
    await answerAsYaml(session, await (await session.client()).profiles.get(name));
    return ExitCode.success;
  });

  const set = group
    .command('set <profile>')
    .description('make a profile, or change it')
    .requiredOption('--rule <rule>', 'cpus>=4, memoryMiB>=8000, arch=x86_64, label=rack-1; may be repeated', repeated)
    .option('--description <text>', 'what it is for');
  act<{ rule: readonly string[]; description?: string }>(run, set, async (session, options, [name = '']) => {
    const profile = await (await session.client()).profiles.write(name, options.rule, options.description);
    session.answer(profile, () => `profile ${name}: ${profile.rules.join(', ')}\n`);
    return ExitCode.success;
  });

  act(
    run,
    group.command('match <profile>').description('which nodes fit, and what is against the others'),
    async (session, _options, [name = '']) => {
      const match = await (await session.client()).profiles.match(name);
      session.answer(match, () =>
        table(
          ['node', 'fits', 'in a cluster', 'what is against it'],
          match.nodes.map((it) => [
            it.node,
            it.misfits.length === 0 ? 'yes' : 'no',
            it.cluster ? 'yes' : 'no',
            it.misfits.join('; '),
          ]),
        ),
      );
      return ExitCode.success;
    },
  );

  act(
    run,
    group.command('assign <profile>').description('give it to the nodes in no cluster that fit and have none'),
    async (session, _options, [name = '']) => {
      const given = await (await session.client()).profiles.assign(name);
      session.answer(given, () => given.assigned.map((node) => `${node}\n`).join(''));
      return ExitCode.success;
    },
  );

  act(
    run,
    group.command('give <node> [profile]').description('give a node a profile by hand; without one, take it away'),
    async (session, _options, [node = '', profile]) => {
      const { profile: now } = await (await session.client()).nodes.giveProfile(node, profile ?? null);
      session.answer(
        { node, profile: now },
        () => `node ${node} has ${now === null ? 'no profile' : `profile ${now}`}\n`,
      );
      return ExitCode.success;
    },
  );

  act(
    run,
    group.command('remove <profile>').description('remove a profile that nothing uses'),
    async (session, _options, [name = '']) => {
      await (await session.client()).profiles.remove(name);
      session.answer({ profile: name, removed: true }, () => `profile ${name} is removed\n`);
      return ExitCode.success;
    },
  );

  const cluster = program.commands.find((command) => command.name() === 'cluster');
  if (cluster === undefined) return;
  act(
    run,
    cluster.command('match <cluster>').description('what each role needs, and what there is'),
    async (session, _options, [name = '']) => {
      const match = await (await session.client()).profiles.matchCluster(name);
      session.answer(match, () =>
        table(
          ['role', 'profile', 'needs', 'has', 'missing', 'free nodes that fit'],
          match.roles.map((it) => [
            it.role,
            it.profile,
            it.needed,
            it.has,
            it.missing,
            it.missing === 0 ? '' : it.candidates.slice(0, 10).join(', '),
          ]),
        ),
      );
      for (const { role, misfits } of match.roles)
        for (const { node, why } of misfits) session.say(`role ${role}: node ${node} does not fit: ${why.join('; ')}`);
      return match.matches ? ExitCode.success : ExitCode.failed;
    },
  );
}
