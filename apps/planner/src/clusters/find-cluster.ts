import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { ClusterRow } from './cluster.entity';
import { RevisionRow } from './revision.entity';

/** Throws `API_NOT_FOUND`. */
export async function findCluster(on: EntityManager, project: string, name: string): Promise<ClusterRow> {
  const row = await on.findOneBy(ClusterRow, { project, name });
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `cluster ${name}`,
      summary: 'There is no such cluster.',
      remedy: '`muster cluster list` shows what exists; `muster cluster apply -f FILE` creates one.',
    }),
  ]);
}

/** Throws `API_NOT_FOUND`. */
export async function findRevision(on: EntityManager, cluster: ClusterRow, number: number): Promise<RevisionRow> {
  // The column does not take every number.
  const isThere = number >= 1 && number <= cluster.headRevision;
  const row = isThere ? await on.findOneBy(RevisionRow, { clusterId: cluster.id, number }) : null;
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `revision ${number} of cluster ${cluster.name}`,
      summary: `There is no such revision; the newest is ${cluster.headRevision}.`,
    }),
  ]);
}
