import { type ClusterSource, readCluster } from './read-cluster';
import {
  type Authorship,
  type ClusterParts,
  type RevisedCluster,
  reviseCluster,
  type RevisionWish,
} from './revise-cluster';

/** Makes a cluster what its file says. What the file leaves out is gone, but for values that the planner generated. */
export async function applyCluster(
  parts: ClusterParts,
  project: string,
  sent: Omit<ClusterSource, 'base' | 'keepGenerated'> & Pick<RevisionWish, 'acceptHostKeys' | 'ifMatch'>,
  by: Pick<Authorship, 'who' | 'why'>,
): Promise<RevisedCluster> {
  const { name, identities, acceptHostKeys, ifMatch } = sent;
  return reviseCluster(
    parts,
    project,
    {
      cluster: name,
      read: (head) =>
        readCluster(parts.database.manager, parts.runner, project, {
          ...sent,
          base: head?.content ?? null,
          keepGenerated: true,
        }),
      identities,
      acceptHostKeys,
      ifMatch,
    },
    { ...by, change: 'apply' },
  );
}
