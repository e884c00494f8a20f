import { CODE, type DeploymentState } from './deployment-state';
import { offerNextOf } from './offer-next';

/**
 * Slots of concurrency policies. A slot is held by a node: through the task that runs on it, or through a section that is
 * open on it, under whose slots every task of that node runs. The sync point has no node; its tasks hold their own.
 */

/** How a section stands among the holders of a limit: below all tasks. */
export function heldBySection(section: number): number {
  return -1 - section;
}

/** The section of a holder below zero. */
export function sectionOfHolder(holder: number): number {
  return -1 - holder;
}

/** Limits that `task` has to take when it starts, as a range of `targets`: its own, or those of a section that it opens. */
export function limitsToTake(
  state: DeploymentState,
  task: number,
): { readonly targets: Int32Array; readonly from: number; readonly to: number } {
  const { limitsOf, limitsOfSection, sectionOf } = state.graph;
  const section = sectionOf[task] as number;
  const table = section >= 0 && !state.openSections.has(section) ? limitsOfSection : limitsOf;
  const row = table === limitsOf ? task : section;
  return { targets: table.targets, from: table.offsets[row] as number, to: table.offsets[row + 1] as number };
}

/** True if a section that is open on the machine holds a slot of the limit. */
export function isHeldOnMachine(state: DeploymentState, machine: number, limit: number): boolean {
  return state.openSections.size > 0 && machine >= 0 && holdingSection(state, machine, limit) !== null;
}

function holdingSection(state: DeploymentState, machine: number, limit: number): number | null {
  const { offsets, targets } = state.graph.sectionsOfMachine;
  const holders = state.limitHolders[limit];
  for (let at = offsets[machine] as number; at < (offsets[machine + 1] as number); at++) {
    const section = targets[at] as number;
    if (holders?.has(heldBySection(section))) return section;
  }
  return null;
}

/** Takes what `task` needs, and opens its section. */
export function takeSlots(state: DeploymentState, task: number): void {
  const { sectionOf, machineOf } = state.graph;
  const section = sectionOf[task] as number;
  const opens = section >= 0 && !state.openSections.has(section);
  const { targets, from, to } = limitsToTake(state, task);
  const machine = machineOf[task] as number;
  const holder = opens ? heldBySection(section) : task;
  for (let at = from; at < to; at++) {
    const limit = targets[at] as number;
    if (isHeldOnMachine(state, machine, limit)) continue;
    (state.limitUsed[limit] as number)++;
    state.limitHolders[limit]?.add(holder);
  }
  if (!opens) return;
  state.openSections.set(section, { keptBy: badlyEndedIn(state, section, machine) });
  offerMachine(state, machine);
}

/** A task of the section that ended badly before the section was opened; null: none. Its end keeps the slots, too. */
function badlyEndedIn(state: DeploymentState, section: number, machine: number): number | null {
  const { count, graph, task: states } = state;
  const bad = (code: number | undefined): boolean =>
    code === CODE.failed || code === CODE.blocked || code === CODE['not-run'] || code === CODE.cancelled;
  if (count.every((many, code) => many === 0 || !bad(code))) return null;
  const { offsets, targets } = graph.tasksOfMachine;
  for (let at = offsets[machine] as number; at < (offsets[machine + 1] as number); at++) {
    const task = targets[at] as number;
    if (graph.sectionOf[task] === section && bad(states[task])) return task;
  }
  return null;
}

/** Has a section of a machine hold its slots again that it was left with in an earlier run. */
export function openSection(state: DeploymentState, section: number): void {
  const { limitsOfSection, sectionOf, machineOf } = state.graph;
  const machine = machineOf[sectionOf.indexOf(section)] as number;
  for (
    let at = limitsOfSection.offsets[section] as number;
    at < (limitsOfSection.offsets[section + 1] as number);
    at++
  ) {
    const limit = limitsOfSection.targets[at] as number;
    if (isHeldOnMachine(state, machine, limit)) continue;
    (state.limitUsed[limit] as number)++;
    state.limitHolders[limit]?.add(heldBySection(section));
  }
  state.openSections.set(section, { keptBy: null });
}

/** Gives back what `task` holds itself, and offers the best tasks that waited for it. */
export function returnSlots(state: DeploymentState, task: number): void {
  const { offsets, targets } = state.graph.limitsOf;
  for (let at = offsets[task] as number; at < (offsets[task + 1] as number); at++)
    giveBack(state, targets[at] as number, task);
}

/** Notes that a task of a section has ended; closes the section after its last, if all of them ended well. */
export function leaveSection(state: DeploymentState, task: number, isWell: boolean): void {
  const section = state.graph.sectionOf[task] as number;
  if (section < 0) return;
  (state.sectionLeft[section] as number)--;
  const open = state.openSections.get(section);
  if (!open) return;
  if (!isWell) open.keptBy ??= task;
  if (open.keptBy === null && state.sectionLeft[section] === 0) closeSection(state, section, task);
}

function closeSection(state: DeploymentState, section: number, last: number): void {
  state.openSections.delete(section);
  const { limitsOfSection, machineOf } = state.graph;
  const machine = machineOf[last] as number;
  const { offsets, targets } = limitsOfSection;
  for (let at = offsets[section] as number; at < (offsets[section + 1] as number); at++) {
    const limit = targets[at] as number;
    const holders = state.limitHolders[limit];
    if (!holders?.has(heldBySection(section))) continue;
    const heir = heirOf(state, machine, limit);
    if (heir === null) giveBack(state, limit, heldBySection(section));
    else {
      holders.delete(heldBySection(section));
      holders.add(heir);
    }
  }
}

/** Who needs the slot on the same machine and ran under the section's: another open section, or the task that runs. */
function heirOf(state: DeploymentState, machine: number, limit: number): number | null {
  const { limitsOf, limitsOfSection, sectionsOfMachine } = state.graph;
  for (
    let at = sectionsOfMachine.offsets[machine] as number;
    at < (sectionsOfMachine.offsets[machine + 1] as number);
    at++
  ) {
    const other = sectionsOfMachine.targets[at] as number;
    if (state.openSections.has(other) && rowHas(limitsOfSection, other, limit)) return heldBySection(other);
  }
  const running = state.busyWith[machine] as number;
  return running >= 0 && rowHas(limitsOf, running, limit) ? running : null;
}

function rowHas(
  { offsets, targets }: { readonly offsets: Int32Array; readonly targets: Int32Array },
  row: number,
  value: number,
): boolean {
  for (let at = offsets[row] as number; at < (offsets[row + 1] as number); at++) if (targets[at] === value) return true;
  return false;
}

function giveBack(state: DeploymentState, limit: number, holder: number): void {
  if (!state.limitHolders[limit]?.delete(holder)) return;
  (state.limitUsed[limit] as number)--;
  // Whoever of any deployment waited longest is next; this one asks again for whoever waits here.
  if (state.isLeased[limit] === 1) state.limitCapacity[limit] = Math.max(0, (state.limitCapacity[limit] as number) - 1);
  offerNextOf(state, state.parkedAtLimit[limit]);
}

/** What waits on the machine for a slot that its section now holds may be parked anywhere; what is offered twice starts once. */
function offerMachine(state: DeploymentState, machine: number): void {
  const { offsets, targets } = state.graph.tasksOfMachine;
  for (let at = offsets[machine] as number; at < (offsets[machine + 1] as number); at++) {
    const task = targets[at] as number;
    if (state.task[task] === CODE.ready) state.offer.push(task);
  }
}
