import { type EntityManager, In } from 'typeorm';
import { NodeRow } from './node.entity';

/** The nodes of a project that are named and those that they are reached through, by name. Names that nobody knows are absent. */
export async function findNodesWithJumps(
  on: EntityManager,
  project: string,
  names: readonly string[],
): Promise<Map<string, NodeRow>> {
  const found = new Map<string, NodeRow>();
  let wanted = [...new Set(names)];
  while (wanted.length > 0) {
    const rows = await on.findBy(NodeRow, { project, name: In(wanted) });
    for (const row of rows) found.set(row.name, row);
    wanted = [...new Set(rows.flatMap((row) => (row.jump === null || found.has(row.jump) ? [] : [row.jump])))];
  }
  return found;
}
