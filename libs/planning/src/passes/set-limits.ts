import {
  didYouMean,
  isExpression,
  isSealedSecret,
  POOL_PREFIX,
  SYNC_POINT,
  type Json,
  type TaskDefinition,
} from '@muster/model';
import type { Draft, DraftTask } from '../draft/draft';
import { evaluateText } from '../draft/evaluate-expression';
import { mergeRoles } from './merge-layers';

/** Concurrency policies: per definition (`definition:X`), per role (`role:X`), pools that clusters share (`pool:X`), nodes at once (`nodes`); and which of them each task takes. */
export function setLimits(draft: Draft): void {
  for (const id of draft.placed.keys()) setDefinitionLimit(draft, limitedTogether(draft, id));
  const roleKeys = roleLimits(draft);
  setPools(draft);
  const { nodesAtOnce } = draft.input.cluster.limits;
  if (nodesAtOnce !== null) draft.limits.set('nodes', nodesAtOnce);
  for (const task of draft.tasks) {
    // What is skipped holds no slot, and the sync point has no work.
    if (task.action === 'skip' || task.node === SYNC_POINT) continue;
    const own = task.limit === null ? [] : [`definition:${task.repeatOf ?? task.definition.id}`];
    const { pool } = task.definition;
    const machine = task.node === 'master' ? (draft.input.cluster.master ?? task.node) : task.node;
    const asked = [...own, ...(pool === null ? [] : [POOL_PREFIX + pool])];
    // Who waits works on nothing: others must not wait for a place that only they could make free.
    if (task.definition.type === 'wait-for') {
      task.limits = asked.sort();
      continue;
    }
    task.limits = [...asked, ...(nodesAtOnce === null ? [] : ['nodes']), ...(roleKeys.get(machine) ?? [])].sort();
  }
}

/** Pools that tasks which run name; one that there is none of could never give a slot. */
function setPools(draft: Draft): void {
  const { pools } = draft.input;
  for (const { definition, action, node } of draft.tasks) {
    const { id, pool, place } = definition;
    if (pool === null || action === 'skip' || node === SYNC_POINT || draft.limits.has(POOL_PREFIX + pool)) continue;
    const slots = pools && Object.hasOwn(pools, pool) ? (pools[pool] ?? 0) : null;
    draft.limits.set(POOL_PREFIX + pool, slots ?? 1);
    if (slots !== null) continue;
    const subject = `pool ${pool}`;
    if (pools)
      draft.report('PLAN_UNKNOWN_POOL', {
        subject,
        summary: `is named by task ${id}, and there is no such pool`,
        remedy: `Correct the name, or make it: \`muster pool set ${pool} SLOTS\`.${didYouMean(pool, Object.keys(pools))}`,
        place,
      });
    else
      draft.report('PLAN_POOL_SIZE_UNKNOWN', {
        subject,
        summary: `is named by task ${id}; it counts as one slot`,
        place,
      });
  }
}

/** Runs of a repeated task share the limit of its definition. */
function limitedTogether(draft: Draft, id: string): readonly DraftTask[] {
  const own = draft.tasksOf(id);
  const times = own[0]?.definition.repeat?.times ?? 1;
  const earlier = Array.from({ length: times - 1 }, (_, at) => draft.tasksOf(`${id}.${at + 1}`)).flat();
  return own[0]?.repeatOf === null ? [...own, ...earlier.filter(({ repeatOf }) => repeatOf === id)] : [];
}

function setDefinitionLimit(draft: Draft, tasks: readonly DraftTask[]): void {
  const [first] = tasks;
  if (!first) return;
  const { definition } = first;
  const amounts = isExpression(definition.strategy.amount)
    ? computedAmounts(draft, tasks)
    : [readAmount(draft, definition, definition.strategy.amount)];
  const finite = amounts.filter((amount) => amount !== null);
  if (finite.length === 0) return;
  const smallest = Math.min(...finite);
  if (new Set(amounts).size > 1) {
    draft.report('PLAN_LIMIT_DIFFERS', {
      subject: `task ${definition.id}`,
      summary: `has different limits on different nodes (${[...new Set(amounts)].map((amount) => amount ?? 'unlimited').join(', ')}); ${smallest} holds`,
      place: definition.place,
    });
  }
  draft.limits.set(`definition:${definition.id}`, smallest);
  for (const task of tasks) task.limit = smallest;
}

function computedAmounts(draft: Draft, tasks: readonly DraftTask[]): (number | null)[] {
  return tasks.flatMap((task) => {
    const { amount } = task.definition.strategy;
    if (task.action === 'skip' || !isExpression(amount)) return [];
    const answer = evaluateText(draft, task, amount.yaql_exp, 'parameters.strategy.amount');
    return answer ? [readAmount(draft, task.definition, answer.value)] : [];
  });
}

/** Null: unlimited. A limit that is none stops planning: it must not unleash us. */
function readAmount(draft: Draft, definition: TaskDefinition, amount: Json): number | null {
  if (amount === null || amount === 'unlimited') return null;
  if (typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 1) return amount;
  draft.report('PLAN_LIMIT_IMPOSSIBLE', {
    subject: `task ${definition.id}`,
    summary: `may run ${shownAmount(amount)} at once, which is no limit`,
    place: { ...definition.place, path: 'parameters.strategy.amount' },
  });
  return 1;
}

function shownAmount(amount: Json): string {
  if (isSealedSecret(amount)) return 'as many as a secret says';
  if (Array.isArray(amount)) return 'a list';
  if (typeof amount === 'string') return 'a text';
  return typeof amount === 'object' ? 'a mapping' : String(amount);
}

/** Keys of role limits by node. */
function roleLimits(draft: Draft): ReadonlyMap<string, string[]> {
  const roles = mergeRoles(draft);
  const keys = new Map<string, string[]>();
  for (const node of draft.input.cluster.nodes) {
    for (const name of node.roles) {
      const concurrency = roles.get(name)?.concurrency ?? null;
      if (concurrency === null) continue;
      if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
        draft.report('PLAN_LIMIT_IMPOSSIBLE', {
          subject: `role ${name}`,
          summary: `may run ${concurrency} tasks at once, which is no limit`,
        });
        continue;
      }
      draft.limits.set(`role:${name}`, concurrency);
      keys.set(node.name, [...(keys.get(node.name) ?? []), `role:${name}`]);
    }
  }
  return keys;
}
