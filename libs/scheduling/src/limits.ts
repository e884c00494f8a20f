import { didYouMean, type GraphTask, POOL_PREFIX, SYNC_POINT, type TaskGraph } from '@muster/model';
import { compileGraph } from './compiled-graph';
import { CODE, type DeploymentState } from './deployment-state';
import { offerNextOf } from './offer-next';
import { findSectionDeadlock } from './section-deadlock';
import { heldBySection, isHeldOnMachine, sectionOfHolder } from './slots';
import { TaskHeap } from './task-heap';

/** A limit as it is now. */
export interface LimitUse {
  readonly key: string;
  readonly amount: number;
  readonly used: number;
  /** As the graph was planned; null: without it. */
  readonly planned: number | null;
  /** Tasks and sections that hold a slot, in the graph's order. */
  readonly holders: readonly string[];
}

/** How many nodes work at once. */
const NODES = 'nodes';
const DEFINITION = 'definition:';

/** Every limit of the deployment, by key. Cost: proportional to limits and holders. */
export function limitsInUse(state: DeploymentState, planned: TaskGraph['limits']): readonly LimitUse[] {
  const { limitKeys, addresses, sections } = state.graph;
  return limitKeys.map((key, limit) => ({
    key,
    amount: (state.isLeased[limit] === 1 ? state.graph : state).limitCapacity[limit] as number,
    used: state.limitUsed[limit] as number,
    planned: planned[key] ?? null,
    holders: [...(state.limitHolders[limit] ?? [])]
      .sort((a, b) => b - a)
      .map((holder) => (holder >= 0 ? (addresses[holder] ?? '') : `section ${sections[sectionOfHolder(holder)]}`)),
  }));
}

/** Why the limit cannot be set so, in a sentence; null: it can. A limit that sections would wait for for ever cannot. */
export function limitFault(state: DeploymentState, key: string, amount: number): string | null {
  const { graph } = state;
  if (key.startsWith(POOL_PREFIX))
    return `A pool is shared with other deployments; \`muster pool set ${key.slice(POOL_PREFIX.length, 120)}\` changes its size.`;
  if (!graph.limitKeys.includes(key) && !mayAdd(graph.source, key)) {
    const meant = didYouMean(key, [...graph.limitKeys, ...possibleKeys(graph.source)]);
    return `The graph has no limit ${key.slice(0, 120)}, and only nodes and definition:NAME can be added.${meant}`;
  }
  const added = graph.limitKeys.includes(key) ? graph : compileGraph(withLimit(graph.source, key, amount));
  const limitCapacity = Int32Array.from(added.limitKeys, (each) => {
    const limit = graph.limitKeys.indexOf(each);
    return each === key || limit < 0
      ? amount
      : ((state.isLeased[limit] === 1 ? graph : state).limitCapacity[limit] as number);
  });
  const deadlock = findSectionDeadlock({ ...added, limitCapacity });
  if (deadlock === null) return null;
  const { section, held, task, needed } = deadlock;
  return `Sections could wait for each other for ever: section ${section} holds ${held} until ${task} has ended, which needs ${needed}.`;
}

/** Sets a limit for what starts from now on; what holds a slot keeps it. Does nothing with a key that cannot be. */
export function setLimit(state: DeploymentState, key: string, amount: number): void {
  if (amount < 1 || key.startsWith(POOL_PREFIX)) return;
  if (!state.graph.limitKeys.includes(key)) {
    if (!mayAdd(state.graph.source, key)) return;
    addLimit(state, key, amount);
  }
  const limit = state.graph.limitKeys.indexOf(key);
  const more = amount - (state.limitCapacity[limit] as number);
  state.limitCapacity[limit] = amount;
  for (let slot = 0; slot < more; slot++) offerNextOf(state, state.parkedAtLimit[limit]);
}

/** True for the limits that a graph may get that was planned without: who is meant by others only planning knows. */
function mayAdd({ tasks }: TaskGraph, key: string): boolean {
  if (key === NODES) return true;
  return key.startsWith(DEFINITION) && tasks.some(({ definition }) => definition === key.slice(DEFINITION.length));
}

function possibleKeys({ tasks }: TaskGraph): readonly string[] {
  return [NODES, ...new Set(tasks.map(({ definition }) => `${DEFINITION}${definition}`))];
}

/** The graph with a limit that it was planned without; `key` is `nodes` or `definition:NAME`. */
export function withLimit(graph: TaskGraph, key: string, amount: number): TaskGraph {
  const isMeant = ({ definition, node, action }: GraphTask): boolean =>
    action === 'run' && node !== SYNC_POINT && (key === NODES || key === `${DEFINITION}${definition}`);
  const tasks = graph.tasks.map((task) =>
    isMeant(task) && !task.limits.includes(key) ? { ...task, limits: [...task.limits, key].sort() } : task,
  );
  return { ...graph, tasks, limits: { ...graph.limits, [key]: amount } };
}

/** Too rare to be done piece by piece. Numbers of tasks, sections and machines stay; those of limits do not. */
function addLimit(state: DeploymentState, key: string, amount: number): void {
  const { limitKeys, rank, source } = state.graph;
  const { limitCapacity, limitUsed, limitHolders, parkedAtLimit } = state;
  state.graph = { ...compileGraph(withLimit(source, key, amount)), rank };
  const from = state.graph.limitKeys.map((each) => limitKeys.indexOf(each));
  state.limitCapacity = Int32Array.from(from, (limit) => limitCapacity[limit] ?? amount);
  state.isLeased = Uint8Array.from(from, (limit) => state.isLeased[limit] ?? 0);
  state.limitUsed = Int32Array.from(from, (limit) => limitUsed[limit] ?? 0);
  state.limitHolders = from.map((limit) => limitHolders[limit] ?? new Set());
  state.parkedAtLimit = from.map((limit) => parkedAtLimit[limit] ?? new TaskHeap(rank));
  takeFor(state, state.graph.limitKeys.indexOf(key));
}

/** Who would hold a slot of the new limit had it always been there. */
function takeFor(state: DeploymentState, limit: number): void {
  const { limitsOf, limitsOfSection, machineOf, taskCount } = state.graph;
  const has = ({ offsets, targets }: typeof limitsOf, row: number): boolean =>
    targets.subarray(offsets[row], offsets[row + 1]).includes(limit);
  const take = (holder: number): void => {
    state.limitHolders[limit]?.add(holder);
    (state.limitUsed[limit] as number)++;
  };
  const machines = new Set<number>();
  for (const section of state.openSections.keys()) {
    const machine = machineOf[state.graph.sectionOf.indexOf(section)] as number;
    // One section of a machine holds its slot for all of them.
    if (!has(limitsOfSection, section) || machines.has(machine)) continue;
    machines.add(machine);
    take(heldBySection(section));
  }
  for (let task = 0; task < taskCount; task++)
    if (state.task[task] === CODE.running && state.open.get(task) && has(limitsOf, task))
      if (!isHeldOnMachine(state, machineOf[task] as number, limit)) take(task);
}
