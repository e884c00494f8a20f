import type { PoolShare, PoolView } from '@muster/client';
import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { table } from '../io/table';
import { usageProblem } from '../usage-problem';

const SLOTS_MAX = 1_000_000;

/** `pool`: list, show, set, remove. */
export function definePoolCommands(run: Run, program: Command): void {
  const group = program.command('pool').description('pools: limits that deployments of all clusters share');

  act(run, group.command('list').description('list pools'), async (session) => {
    const items = await (await session.client()).pools.list();
    session.answer(items, () =>
      table(
        ['name', 'slots', 'held', 'waited for'],
        items.map((it) => [it.name, it.slots, sum(it.holders), sum(it.waiting)]),
      ),
    );
    return ExitCode.success;
  });

  act(
    run,
    group.command('show <pool>').description('who holds slots of a pool, and who waits'),
    async (session, _options, [name = '']) => {
      const pool = await (await session.client()).pools.get(name);
      session.answer(pool, () => shown(pool));
      return ExitCode.success;
    },
  );

  const set = group
    .command('set <pool> <slots>')
    .description('make a pool or change its size, also while it is in use: fewer slots end nothing that runs');
  act(run, set, async (session, _options, [name = '', text = '']) => {
    const slots = Number(text);
    if (!Number.isInteger(slots) || slots < 1 || slots > SLOTS_MAX)
      throw usageProblem('slots', `must be a whole number from 1 to ${SLOTS_MAX}`);
    const pool = await (await session.client()).pools.set(name, slots);
    session.answer(pool, () => shown(pool));
    return ExitCode.success;
  });

  act(
    run,
    group.command('remove <pool>').description('remove a pool that nobody uses'),
    async (session, _options, [name = '']) => {
      await (await session.client()).pools.remove(name);
      session.answer({ pool: name, removed: true }, () => `pool ${name} is removed\n`);
      return ExitCode.success;
    },
  );
}

function sum(shares: readonly PoolShare[]): number {
  return shares.reduce((total, { slots }) => total + slots, 0);
}

function shown({ name, slots, holders, waiting }: PoolView): string {
  const free = Math.max(0, slots - sum(holders));
  const rows = [
    ...holders.map((it) => ['holds', it.transaction, it.cluster, it.slots, it.since]),
    ...waiting.map((it) => ['waits', it.transaction, it.cluster, it.slots, it.since]),
  ];
  const head = `pool ${name}: ${slots} ${slots === 1 ? 'slot' : 'slots'}, ${free} free\n`;
  return rows.length === 0 ? head : `${head}\n${table(['', 'transaction', 'cluster', 'slots', 'since'], rows)}`;
}
