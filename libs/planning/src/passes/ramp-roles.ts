import { byCodeUnit, SYNC_POINT, type Ramp, type RampStep, type TaskDefinition } from '@muster/model';
import { type Draft, type DraftTask, relate } from '../draft/draft';
import { byNaturalOrder } from '../draft/natural-order';
import { reach } from '../draft/reach';
import { requireAll } from '../draft/require-all';
import { tasksByRole } from '../draft/task-roles';
import { mergeRoles } from './merge-layers';

/** Whoever is to open a gate may be away over a weekend. */
const GATE_TIMEOUT_MS = 7 * 24 * 3_600_000;
const NAMES_SHOWN_MAX = 5;

/**
 * Ramps of roles: the nodes of a role that have something to do, in natural order, go in waves. Between two waves stands
 * a gate on the sync point (`ramp.ROLE.N`), which passes when the wave before it is well: all has succeeded but what a fault
 * tolerance allows. A manual gate then waits for the event of its own name. A task of a later wave that an earlier one needs
 * does not wait for the gate, and a warning says so.
 * Cost: per wave, proportional to tasks and relations.
 */
export function rampRoles(draft: Draft): void {
  const ramps = rampsOf(draft);
  if (ramps.length === 0) return;
  const byRole = tasksByRole(draft);
  for (const [role, ramp] of ramps) {
    const tasks = (byRole.get(role) ?? []).filter(({ action }) => action === 'run');
    const waves = wavesOf([...new Set(tasks.map(({ node }) => node))].sort(byNaturalOrder), ramp.steps);
    if (waves.length > 1) rampRole(draft, { role, ramp, tasks, waves });
  }
}

/** What the cluster says of a role's ramp, else what the role says; by name of the role. */
function rampsOf(draft: Draft): (readonly [string, Ramp])[] {
  const { ramps = {} } = draft.input.cluster.limits;
  const ofRoles = [...mergeRoles(draft)].map(([name, { ramp = null }]) => [name, ramp] as const);
  return [...new Map<string, Ramp | null>([...ofRoles, ...Object.entries(ramps)])]
    .flatMap(([name, ramp]) => (ramp === null ? [] : [[name, ramp] as const]))
    .sort(([a], [b]) => byCodeUnit(a, b));
}

/** Nodes wave by wave; what the steps leave is the last one. None is empty. */
function wavesOf(nodes: readonly string[], steps: readonly RampStep[]): (readonly string[])[] {
  const waves: (readonly string[])[] = [];
  let at = 0;
  for (const step of steps) {
    const size = typeof step === 'number' ? step : Math.ceil((nodes.length * Number.parseInt(step, 10)) / 100);
    if (at < nodes.length) waves.push(nodes.slice(at, at + size));
    at += size;
  }
  if (at < nodes.length) waves.push(nodes.slice(at));
  return waves;
}

interface RampedRole {
  readonly role: string;
  readonly ramp: Ramp;
  readonly tasks: readonly DraftTask[];
  readonly waves: readonly (readonly string[])[];
}

function rampRole(draft: Draft, { role, ramp, tasks, waves }: RampedRole): void {
  const waveOf = new Map(waves.flatMap((nodes, wave) => nodes.map((node) => [node, wave] as const)));
  const byWave = waves.map((): DraftTask[] => []);
  for (const task of tasks) byWave[waveOf.get(task.node) ?? 0]?.push(task);
  const early = new Set<DraftTask>();
  const nodeCount = waveOf.size;
  let before: DraftTask | null = null;
  let done = 0;
  for (const [wave, own] of byWave.slice(0, -1).entries()) {
    done += waves[wave]?.length ?? 0;
    const text =
      `Wave ${wave + 1} of role ${role} ends here (${done} of ${nodeCount} nodes); the next one begins when it is well` +
      (ramp.gate === 'manual' ? ` and \`muster approve\` has said ${gateName(role, wave)}.` : '.');
    const gate = addGate(draft, role, wave, ramp.gate, text);
    if (gate === null) return;
    requireAll(draft, [gate], [...own.map(({ index }) => index), ...(before ? [before.index] : [])]);
    const needed = reach(draft, [gate.index], 'before');
    for (const task of byWave[wave + 1] ?? []) if (needed[task.index]) early.add(task);
    for (const task of byWave[wave + 1] ?? []) if (!early.has(task)) relate(task, 'requires', [gate.index]);
    before = gate;
  }
  if (early.size > 0) reportEarly(draft, role, [...early]);
}

/** Also the event that opens it. */
function gateName(role: string, wave: number): string {
  return `ramp.${role}.${wave + 1}`;
}

function addGate(draft: Draft, role: string, wave: number, kind: Ramp['gate'], text: string): DraftTask | null {
  const id = gateName(role, wave);
  if (draft.definitions.has(id)) {
    draft.report('PLAN_NAME_TAKEN', {
      subject: `role ${role}`,
      summary: `has a ramp, and the gate after its wave ${wave + 1} would be called ${id}, which is the name of a definition`,
      ...(draft.definitions.get(id)?.definition.place ? { place: draft.definitions.get(id)?.definition.place } : {}),
    });
    return null;
  }
  const definition: TaskDefinition = {
    ...{ id, type: kind === 'manual' ? 'wait-for' : 'stage', version: null, tags: null, roles: null, groups: null },
    ...{ requires: [], requiredFor: [], crossDepends: [], crossDependedBy: [], after: [], tasks: [], condition: null },
    ...{ parameters: kind === 'manual' ? { event: id } : {}, strategy: { type: 'parallel', amount: 'unlimited' } },
    ...{ onFailure: 'fail', faultTolerance: null, retries: { count: 0, delayMs: 0, backoff: 1 } },
    ...{ timeoutMs: GATE_TIMEOUT_MS, repeat: null, section: null, pool: null, inputs: null, outputs: null },
    ...{ idempotent: true, expectedMs: 0, description: text, place: {} },
  };
  const gate = draft.addTask({ definition, owner: draft.input.release }, SYNC_POINT);
  if (gate) gate.reason = { code: 'ramp', text };
  return gate;
}

function reportEarly(draft: Draft, role: string, tasks: readonly DraftTask[]): void {
  const names = [...new Set(tasks.map(({ definition }) => definition.id))].sort(byCodeUnit);
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ') + (names.length > NAMES_SHOWN_MAX ? ', ...' : '');
  const one = tasks.length === 1;
  draft.report('PLAN_RAMP_EARLIER', {
    subject: `role ${role}`,
    summary: `has ${tasks.length} ${one ? 'task' : 'tasks'} (${shown}) of later waves that ${one ? 'does' : 'do'} not wait for ${one ? 'its' : 'their'} wave, since tasks of earlier waves need ${one ? 'it' : 'them'}`,
  });
}
