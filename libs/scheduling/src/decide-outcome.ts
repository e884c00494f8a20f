import type { DeploymentOutcome } from '@muster/model';
import { invariant } from '@muster/problems';
import { tasksLeft } from './apply';
import type { TakeDecision } from './take-decision';
import { decideEnds } from './decide-ends';
import { decideStarts } from './decide-starts';
import { endTried } from './end-tried';
import { causeOf } from './end-unstarted';
import { CODE, taskStateOf, type DeploymentState } from './deployment-state';
import { fullLimitOf } from './offering';
import { waitsForPool } from './pools';
import { isClusterAnchor } from './propagate';
import { heldBySection } from './slots';
import { isNodeTolerated } from './tolerance';

/** Ends the deployment when nothing is left, after ending what a stop leaves over; pauses it when only people can go on. */
export function decideOutcome(state: DeploymentState, take: TakeDecision): void {
  if (state.stop !== null && state.open.size === 0 && tasksLeft(state) > 0) endLeftOver(state, take);
  if (tasksLeft(state) === 0) {
    const { outcome, text } = outcomeOf(state);
    take({ type: 'state-changed', state: outcome, text });
    return;
  }
  if (state.status !== 'running' || state.open.size > 0 || state.notBefore.size > 0) return;
  // Other deployments will give slots back.
  if (waitsForPool(state)) return;
  if (state.held.size === 0 && endKeptFromSlots(state, take)) {
    // An anchor may pass now that these have ended.
    decideStarts(state, take);
    return decideOutcome(state, take);
  }
  if (state.held.size > 0) {
    const [task] = state.held.keys();
    take({ type: 'state-changed', state: 'paused', text: `waits for a person: ${state.graph.tasks[task ?? 0]?.task}` });
    return;
  }
  const waiting = firstWaitingForSections(state);
  invariant(waiting !== null, 'a running deployment with nothing open, held or timed has ended');
  take({ type: 'state-changed', state: 'paused', text: `waits for a person: ${waiting}` });
}

/**
 * Ends what waits for slots that only sections hold which a failure kept from their end: nobody gives those back before a
 * person has seen to it. False if nothing waits for such.
 */
function endKeptFromSlots(state: DeploymentState, take: TakeDecision): boolean {
  const kept = new Map<number, number[]>();
  for (let task = 0; task < state.graph.taskCount; task++) {
    if (state.task[task] !== CODE.ready) continue;
    const section = keptSectionBefore(state, task);
    if (section === null) continue;
    const waiting = kept.get(section);
    if (waiting) waiting.push(task);
    else kept.set(section, [task]);
  }
  for (const [section, tasks] of kept) {
    const culprit = state.graph.addresses[state.openSections.get(section)?.keptBy ?? 0] ?? '';
    const text = `section ${state.graph.sections[section]} keeps its slots: it could not be finished, because of ${culprit}`;
    const cause = { code: 'node-failed', culprit, text } as const;
    endTried(
      state,
      tasks.filter((task) => (state.attempts[task] as number) > 0),
      text,
      cause,
      take,
    );
    const never = tasks.filter((task) => state.attempts[task] === 0).map((task) => state.graph.addresses[task] ?? '');
    if (never.length > 0) take({ type: 'tasks-ended', tasks: never, state: 'not-run', cause });
  }
  decideEnds(state, take);
  return kept.size > 0;
}

/** A kept section that holds a slot that `task` waits for; the one that has stood longest. */
function keptSectionBefore(state: DeploymentState, task: number): number | null {
  const full = fullLimitOf(state, task);
  if (full < 0) return null;
  for (const [section, { keptBy }] of state.openSections)
    if (keptBy !== null && state.limitHolders[full]?.has(heldBySection(section))) return section;
  return null;
}

/**
 * Planning refuses sections that wait for each other; but limits change while they run, and what failed before a section and
 * was passed over by an anchor may be tried again while that section is open.
 */
function firstWaitingForSections(state: DeploymentState): string | null {
  for (let task = 0; task < state.graph.taskCount; task++) {
    const full = state.task[task] === CODE.ready ? fullLimitOf(state, task) : -1;
    if (full < 0) continue;
    const { addresses, limitKeys } = state.graph;
    return `${addresses[task]} needs a slot of ${limitKeys[full]}, and the sections that hold them all wait for others; raise the limit`;
  }
  return null;
}

function endLeftOver(state: DeploymentState, take: TakeDecision): void {
  const { stop } = state;
  if (stop === null) return;
  const never: string[] = [];
  const tried: number[] = [];
  for (let task = 0; task < state.graph.taskCount; task++) {
    const name = taskStateOf(state, task);
    if (name !== 'lost' && name !== 'waiting' && name !== 'ready') continue;
    if ((state.attempts[task] as number) > 0) tried.push(task);
    else never.push(state.graph.tasks[task]?.task ?? '');
  }
  // Those never started first: ending the others must not make them blocked, which would hide the stop.
  if (never.length > 0) take({ type: 'tasks-ended', tasks: never, state: 'not-run', cause: causeOf(stop) });
  if (stop.kind !== 'cancel') endTried(state, tried, stop.text, causeOf(stop), take);
  else if (tried.length > 0)
    take({
      type: 'tasks-ended',
      tasks: tried.map((task) => state.graph.tasks[task]?.task ?? ''),
      state: 'cancelled',
      cause: causeOf(stop),
    });
  decideEnds(state, take);
}

/** Never greener than the truth: the worst thing that happened names the outcome. */
function outcomeOf(state: DeploymentState): { outcome: DeploymentOutcome; text: string | null } {
  const { count, stop } = state;
  const count0 = (code: number): number => count[code] as number;
  if (stop?.kind === 'cancel') return { outcome: 'cancelled', text: stop.text };
  const bad = count0(CODE.failed) + count0(CODE.blocked) + count0(CODE['not-run']) + count0(CODE.cancelled) > 0;
  const { text, isTolerated } = bad ? failuresOf(state) : { text: null, isTolerated: true };
  if (stop !== null && (stop.kind === 'tolerance' || hasKeptFromRunning(state)))
    return { outcome: 'stopped', text: text === null ? stop.text : `${stop.text}; ${text}` };
  if (bad) return { outcome: isTolerated && text !== null ? 'succeeded-with-failures' : 'failed', text };
  for (const [task, cause] of state.endCause) {
    // Of a repeated task only the last run is judged.
    const isJudged = state.graph.tasks[task]?.repeatOf === undefined;
    if (cause.code === 'operator' || (cause.code === 'onFailure' && isJudged))
      return { outcome: 'succeeded-with-skips', text: null };
  }
  return { outcome: 'succeeded', text: null };
}

/**
 * What failed, in a sentence, null when nothing did; and whether all of it is within a tolerance: that is about nodes. So a
 * fatal validation that fails is not, wherever it ran, nor is work of the cluster itself that was kept from running.
 */
function failuresOf(state: DeploymentState): { text: string | null; isTolerated: boolean } {
  const { count, graph } = state;
  let isTolerated = true;
  let first: string | null = null;
  let beyond: string | null = null;
  for (let task = 0; task < graph.taskCount; task++) {
    const machine = graph.machineOf[task] as number;
    // Kept from running by a section of another node: that is more than the failures that were declared tolerable.
    if (state.task[task] === CODE['not-run'] && machine >= 0 && state.nodeCulprit[machine] === -1) isTolerated = false;
    if (state.task[task] === CODE.blocked && isClusterAnchor(state, task)) {
      isTolerated = false;
      beyond ??= `${graph.addresses[task]} of the cluster was blocked`;
    }
    if (state.task[task] !== CODE.failed) continue;
    first ??= graph.addresses[task] ?? null;
    if (graph.tasks[task]?.validation === 'fatal') {
      isTolerated = false;
      beyond = `the fatal validation ${graph.addresses[task]} failed`;
    } else if (!isNodeTolerated(state, machine)) isTolerated = false;
  }
  if (first === null) return { text: null, isTolerated };
  return {
    text: [`${count[CODE.failed]} tasks failed, first ${first}`, ...(beyond === null ? [] : [beyond])].join('; '),
    isTolerated,
  };
}

/** True if a person's drain is why a task never started; what failed before may have left none for it. */
function hasKeptFromRunning(state: DeploymentState): boolean {
  for (const { code } of state.endCause.values()) if (code === 'drained') return true;
  return false;
}
