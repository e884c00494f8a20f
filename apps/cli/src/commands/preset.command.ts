import type { MakeCluster } from '@muster/client';
import type { Command } from 'commander';
import { tellMade } from '../cluster/edit-cluster';
import { spellPath } from '../cluster/setting-path';
import { act, repeated, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { answerAsYaml } from '../io/answer-as-yaml';
import { collect } from '../io/collect';
import { table } from '../io/table';
import { usageProblem } from '../usage-problem';

interface MakeOptions {
  readonly node?: readonly string[];
  readonly environment?: string;
  readonly reason?: string;
}

/** `preset`: save, list, show, use, delete. */
export function definePresetCommands(run: Run, program: Command): void {
  const group = program.command('preset').description('presets: revisions without a cluster, to make clusters of');

  act<{ readonly from: string; readonly revision?: string; readonly title?: string }>(
    run,
    group
      .command('save <preset>')
      .description('save a revision of a cluster, without its machines and secrets')
      .requiredOption('--from <cluster>', 'the cluster')
      .option('--revision <number>', 'another revision than the newest')
      .option('--title <text>', 'what it is, for people'),
    async (session, { from, revision, title }, [name = '']) => {
      if (revision !== undefined && !/^[1-9]\d{0,8}$/.test(revision))
        throw usageProblem('--revision', `\`${revision}\` is no number of a revision`);
      const preset = await (
        await session.client()
      ).presets.save({
        ...{ name, cluster: from },
        ...(revision === undefined ? {} : { revision: Number(revision) }),
        ...(title === undefined ? {} : { title }),
      });
      session.answer(preset, () => `preset ${preset.name} is saved from ${preset.savedFrom}\n`);
      return ExitCode.success;
    },
  );
  act(run, group.command('list').description('list presets'), async (session) => {
    const items = await collect((await session.client()).presets.list());
    session.answer(items, () =>
      table(
        ['preset', 'release', 'saved from', 'who', 'title'],
        items.map((it) => [it.name, it.release, it.savedFrom, it.who, it.title]),
      ),
    );
    return ExitCode.success;
  });
  act(run, group.command('show <preset>').description('show a preset'), async (session, _, [name = '']) => {
    await answerAsYaml(session, await (await session.client()).presets.get(name));
    return ExitCode.success;
  });
  act(
    run,
    group.command('delete <preset>').description('delete a preset; clusters made of it stay as they are'),
    async (session, _, [name = '']) => {
      await (await session.client()).presets.delete(name);
      session.answer({ preset: name, deleted: true }, () => `preset ${name} is deleted\n`);
      return ExitCode.success;
    },
  );
  act<MakeOptions>(
    run,
    makeOptions(group.command('use <preset> <cluster>').description('make a cluster of a preset')),
    async (session, options, [name = '', cluster = '']) =>
      tellMade(session, await (await session.client()).presets.use(name, wishOf(cluster, options))),
  );
}

/** `cluster clone`, `cluster blanks`. */
export function defineCloneCommands(run: Run, group: Command): void {
  act<MakeOptions>(
    run,
    makeOptions(
      group
        .command('clone <cluster> <new>')
        .description('make a new cluster like this one, without its machines and secrets'),
    ),
    async (session, options, [name = '', made = '']) =>
      tellMade(session, await (await session.client()).clusters.clone(name, wishOf(made, options))),
  );
  act(
    run,
    group.command('blanks <cluster>').description('list what is to be filled before the cluster can be deployed'),
    async (session, _, [name = '']) => {
      const blanks = await (await session.client()).clusters.blanks(name);
      session.answer(blanks, () => blanks.toBeFilled.map((it) => `${spellPath(it.path)}\n`).join(''));
      return ExitCode.success;
    },
  );
}

function makeOptions(command: Command): Command {
  return command
    .option(
      '--node <node=name>',
      'what a node is called in the new cluster; `node=` leaves it out; repeatable',
      repeated,
    )
    .option('--environment <label>', 'label of the new cluster');
}

function wishOf(name: string, { node = [], environment, reason }: MakeOptions): MakeCluster {
  const nodes = node.map((each): [string, string | null] => {
    const split = each.indexOf('=');
    if (split < 1) throw usageProblem('--node', `\`${each}\` is not NODE=NAME`);
    return [each.slice(0, split), each.slice(split + 1) || null];
  });
  return {
    name,
    ...(nodes.length > 0 ? { nodes: Object.fromEntries(nodes) } : {}),
    ...(environment === undefined ? {} : { environment }),
    ...(reason === undefined ? {} : { reason }),
  };
}
