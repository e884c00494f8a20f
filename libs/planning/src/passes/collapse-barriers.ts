import { SYNC_POINT } from '@muster/model';
import { type Draft, type DraftTask, relate } from '../draft/draft';
import { BarrierChain } from '../draft/barrier-chain';

/**
 * Sets that several tasks require as a whole become barriers where that makes fewer relations: N times M become N plus
 * M. Sets that are "all of these but one", each with another one left out, share a chain of barriers. Exact: whoever
 * comes before or after whom stays the same. What is on the sync point keeps its relations,
 * since it judges each predecessor on its own.
 */
export function collapseBarriers(draft: Draft): void {
  const pairwise = distinctPairs(draft);
  if (pairwise === null) return collapse(draft);
  const written = draft.tasks.map(({ requires, requiresSets }) => [[...requires], [...requiresSets]] as const);
  collapse(draft);
  if (relationCount(draft) <= pairwise) return;
  // Sets that say the same again and again: each pays as a barrier, all together do not.
  draft.barriers = [];
  draft.tasks.forEach((task, index) => {
    const [requires = [], sets = []] = written[index] ?? [];
    const others = sets.flatMap((set) => [...draft.sets.members(set)]);
    task.requires = [...new Set([...requires, ...others])];
    task.requiresSets = [];
    task.requiresBarriers = [];
  });
}

/** Above so many pairs what sets say twice does not weigh any more, and counting would cost more than it saves. */
const PAIRS_COUNTED_MAX = 20_000;

/** Relations one by one, each counted once; null: too many to count. */
function distinctPairs(draft: Draft): number | null {
  let listed = 0;
  for (const { requires, requiresSets } of draft.tasks) {
    listed += requires.length;
    for (const set of requiresSets) listed += draft.sets.members(set).length;
  }
  if (listed > PAIRS_COUNTED_MAX) return null;
  return draft.tasks.reduce((sum, { index, requires, requiresSets }) => {
    const before = new Set([...requires, ...requiresSets.flatMap((set) => [...draft.sets.members(set)])]);
    before.delete(index);
    return sum + before.size;
  }, 0);
}

function relationCount(draft: Draft): number {
  const ofTasks = draft.tasks.reduce((sum, { index, requires, requiresBarriers }) => {
    const before = new Set(requires);
    before.delete(index);
    return sum + before.size + new Set(requiresBarriers).size;
  }, 0);
  return draft.barriers.reduce(
    (sum, { requires, requiresBarriers }) => sum + requires.length + requiresBarriers.length,
    ofTasks,
  );
}

function collapse(draft: Draft): void {
  const whole = new Map<number, DraftTask[]>();
  const partial: Wanted[] = [];
  for (const task of draft.tasks) {
    for (const set of new Set(task.requiresSets)) {
      const members = draft.sets.members(set);
      if (task.node === SYNC_POINT) relate(task, 'requires', members);
      else if (isMember(members, task.index))
        partial.push({ task, members: members.filter((each) => each !== task.index) });
      else push(whole, set, task);
    }
    task.requiresSets = [];
  }
  for (const [set, users] of whole) {
    const members = draft.sets.members(set);
    if (members.length * users.length > members.length + users.length) shareBarrier(draft, members, users);
    else for (const task of users) partial.push({ task, members });
  }
  shareChains(draft, partial);
}

interface Wanted {
  readonly task: DraftTask;
  /** Ascending. */
  readonly members: readonly number[];
}

function shareBarrier(draft: Draft, members: readonly number[], users: readonly DraftTask[]): void {
  const barrier = draft.barriers.push({ requires: members, requiresBarriers: [] }) - 1;
  for (const task of users) relate(task, 'requiresBarriers', [barrier]);
}

/** Below this size a chain saves nothing worth having. */
const CHAIN_SIZE_MIN = 6;

/**
 * Sets that differ in one member come from one definition on one node after the other, so they stand next to each other:
 * the union of two neighbours tells what they are all taken from.
 */
function shareChains(draft: Draft, wanted: readonly Wanted[]): void {
  let family: { union: readonly number[]; members: Wanted[] } | null = null;
  let last: Wanted | null = null;
  const settle = (): void => {
    if (family) settleFamily(draft, family.union, family.members);
    family = null;
  };
  for (const each of wanted) {
    if (family && isAllButOne(each.members, family.union)) {
      family.members.push(each);
      last = each;
      continue;
    }
    settle();
    const union: readonly number[] = last ? unionOf(last.members, each.members) : [];
    const startsFamily =
      each.members.length >= CHAIN_SIZE_MIN &&
      last !== null &&
      last.members.length === each.members.length &&
      union.length === each.members.length + 1;
    family = startsFamily ? { union, members: [each] } : { union: each.members, members: [each] };
    last = each;
  }
  settle();
}

function settleFamily(draft: Draft, union: readonly number[], members: readonly Wanted[]): void {
  // A chain costs about three relations per member of the union and two per user.
  const pairwise = members.reduce((sum, each) => sum + each.members.length, 0);
  if (union.length < CHAIN_SIZE_MIN || members.length < 2 || pairwise <= 3 * union.length + 2 * members.length) {
    for (const { task, members: set } of members) relate(task, 'requires', set);
    return;
  }
  const chain = new BarrierChain(draft, union);
  for (const { task, members: set } of members) chain.requireAllBut(task, missingIn(set, union));
}

/** Position in `union` of the one member that `set` lacks; its length if none is lacking. */
function missingIn(set: readonly number[], union: readonly number[]): number {
  const position = union.findIndex((each, index) => set[index] !== each);
  return position < 0 ? union.length : position;
}

function isAllButOne(set: readonly number[], union: readonly number[]): boolean {
  if (set.length !== union.length - 1) return false;
  const missing = missingIn(set, union);
  return set.every((each, index) => each === union[index < missing ? index : index + 1]);
}

function unionOf(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

function isMember(members: readonly number[], task: number): boolean {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((members[middle] as number) < task) low = middle + 1;
    else high = middle;
  }
  return members[low] === task;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
