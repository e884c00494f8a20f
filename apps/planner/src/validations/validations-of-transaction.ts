import { byCodeUnit, parseTaskAddress, type TaskState, type Validation } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';
import { RevisionRow } from '../clusters/revision.entity';
import { resultOf } from './validation-result';

/** What one node came to in one transaction. */
export interface CheckedMember {
  readonly node: string;
  readonly graph: string;
  readonly result: string;
  /** ISO 8601 UTC; null: since the beginning. */
  readonly since: string | null;
  readonly text: string | null;
}

export interface CheckedValidation {
  readonly id: string;
  readonly title: string | null;
  readonly severity: string | null;
  readonly stage: string | null;
  readonly members: readonly CheckedMember[];
}

export interface CheckedGroup {
  /** Null: what declared them is not there any more. */
  readonly group: string | null;
  readonly validations: readonly CheckedValidation[];
}

/** A task of a transaction, as its status has it. */
export interface CheckTask {
  readonly graph: string;
  readonly task: string;
  readonly state: TaskState;
  readonly attempts: number;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly reason: string | null;
  readonly summary: string | null;
}

const PREFIX = 'validation.';

/** True for tasks that do a validation's work, by their address. */
export function isCheck(task: string): boolean {
  return task.startsWith(PREFIX);
}

/**
 * Checks of a transaction by group and id, with the state of each member; empty when it has none, which costs nothing. Groups
 * and titles are those of the revision that was deployed; where that is gone, the group is null and comes last.
 */
export async function validationsOfTransaction(
  on: EntityManager,
  transaction: { readonly project: string; readonly clusterId: string; readonly revision: number },
  tasks: readonly CheckTask[],
): Promise<CheckedGroup[]> {
  const checks = tasks.filter(({ task }) => isCheck(task));
  if (checks.length === 0) return [];
  const declared = await declaredIn(on, transaction);
  const groups = new Map<string | null, Map<string, CheckedValidation & { members: CheckedMember[] }>>();
  for (const check of checks) {
    const address = parseTaskAddress(check.task);
    if (address === null) continue;
    const known = declared.get(address.definition);
    // A task of the author's own may have such a name.
    if (known === undefined && declared.size > 0) continue;
    const group = known?.group ?? null;
    const inGroup = groups.get(group) ?? new Map<string, CheckedValidation & { members: CheckedMember[] }>();
    groups.set(group, inGroup);
    const id = known?.id ?? address.definition.slice(PREFIX.length);
    const shown = inGroup.get(id) ?? {
      ...{ id, title: known?.title ?? null, severity: known?.severity ?? null, stage: known?.stage.kind ?? null },
      members: [],
    };
    inGroup.set(id, shown);
    shown.members.push(memberOf(check, address.node));
  }
  return [...groups]
    .sort(([a], [b]) => Number(a === null) - Number(b === null) || byCodeUnit(a ?? '', b ?? ''))
    .map(([group, inGroup]) => ({
      group,
      validations: [...inGroup.values()].sort((a, b) => byCodeUnit(a.id, b.id)),
    }));
}

async function declaredIn(
  on: EntityManager,
  { project, clusterId, revision }: { project: string; clusterId: string; revision: number },
): Promise<ReadonlyMap<string, Validation>> {
  const row = await on.findOneBy(RevisionRow, { clusterId, number: revision });
  const bundles = row && (await bundlesOf(on, project, row.content));
  if (!bundles?.ok) return new Map();
  const all = [bundles.release, ...bundles.plugins].flatMap(({ content }) => content.validations ?? []);
  return new Map(all.map((validation) => [validation.definition.id, validation]));
}

function memberOf({ graph, state, attempts, startedAt, endedAt, reason, summary }: CheckTask, node: string) {
  return { node, graph, result: shownResult(state, attempts), since: endedAt ?? startedAt, text: reason ?? summary };
}

/** What it came to if it was tried; else the state that keeps it from that. */
function shownResult(state: TaskState, attempts: number): string {
  if (state === 'ready') return 'waiting';
  if (attempts === 0 || state === 'waiting' || state === 'running') return state;
  return resultOf(state);
}
