import { byCodeUnit, canonicalJson, type NodeFacts, storableJson } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { moveNodes } from './move-nodes';
import { writeHistory } from './node-history';

interface Asked {
  readonly nodeId: string;
  /** Null: it was asked by itself. */
  readonly inspection: string | null;
  readonly who: string;
}

/** Keeps what a machine said of itself: it is online, and `discovered` where no more was known of it. */
export async function storeFacts(on: EntityManager, asked: Asked, facts: NodeFacts): Promise<void> {
  const { nodeId, inspection, who } = asked;
  const before = await rowOf<{ name: string; project: string; facts: NodeFacts | null }>(
    on,
    'SELECT name, project, facts FROM planner.node WHERE id = $1 FOR UPDATE',
    [nodeId],
  );
  // Removed meanwhile.
  if (before === null) return;
  await rowsOf(
    on,
    'UPDATE planner.node SET facts = $2::jsonb, facts_at = now(), online = true, last_seen_at = now(), checked_at = now() WHERE id = $1 RETURNING 1',
    [nodeId, storableJson(facts)],
  );
  const changed = changedFacts(before.facts, facts);
  await writeHistory(on, [{ nodeId, kind: 'inspected', who, data: { changed } }]);
  await moveNodes(on, [nodeId], 'inspect', { who });
  await writeFeedEvents(on, before.project, [
    { type: 'node.inspected', at: null, subject: { node: before.name }, data: { inspection, changed } },
  ]);
}

/** Keeps that a machine could not be inspected, and why. */
export async function storeInspectFailure(
  on: EntityManager,
  { nodeId, inspection, who }: Asked,
  attempts: number,
  problems: readonly Problem[],
): Promise<void> {
  const isSilent = problems.some(({ code }) => code === 'NODE_UNREACHABLE');
  const row = await rowOf<{ name: string; project: string }>(
    on,
    `UPDATE planner.node SET online = CASE WHEN $2 THEN false ELSE online END,
       checked_at = CASE WHEN $2 THEN now() ELSE checked_at END WHERE id = $1 RETURNING name, project`,
    [nodeId, isSilent],
  );
  if (row === null) return;
  const told = problems.map(({ code, summary }) => ({ code, summary }));
  await writeHistory(on, [{ nodeId, kind: 'inspect-failed', who, data: { attempts, problems: told } }]);
  await writeFeedEvents(on, row.project, [
    { type: 'node.inspect-failed', at: null, subject: { node: row.name }, data: { inspection, attempts, problems } },
  ]);
}

function changedFacts(before: NodeFacts | null, after: NodeFacts): string[] {
  const names = Object.keys(after) as (keyof NodeFacts)[];
  return names
    .filter((name) => before === null || canonicalJson(before[name] ?? null) !== canonicalJson(after[name]))
    .sort(byCodeUnit);
}
