import { didYouMean } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';
import type { ClusterRow } from '../clusters/cluster.entity';
import { RevisionRow } from '../clusters/revision.entity';

/** Graphs as they are asked for: by type, by the name of a sequence, or not at all. */
export interface GraphsWish {
  readonly graphs: readonly string[] | null;
  readonly sequence: string | null;
}

/**
 * Graph types in the order in which they run; null if none was asked for. A sequence is one of the release or a plugin of
 * the cluster's head revision, a plugin's before one of the release of the same name. Throws `ProblemsError`.
 */
export async function graphTypesOf(
  on: EntityManager,
  cluster: ClusterRow,
  { graphs, sequence }: GraphsWish,
): Promise<readonly string[] | null> {
  if (sequence === null) return graphs;
  if (graphs !== null) {
    const summary = 'It says which graphs are meant, so graphs cannot be named too.';
    throw new ProblemsError([
      problem('API_INVALID', { subject: 'field sequence', summary, place: { path: 'sequence' } }),
    ]);
  }
  const { content } = await on.findOneByOrFail(RevisionRow, { clusterId: cluster.id, number: cluster.headRevision });
  const bundles = await bundlesOf(on, cluster.project, content);
  if (!bundles.ok) throw new ProblemsError(bundles.problems);
  const known = new Map(
    [bundles.release, ...bundles.plugins].flatMap((bundle) => Object.entries(bundle.content.sequences)),
  );
  const found = known.get(sequence);
  if (found !== undefined && found.length > 0) return found;
  throw new ProblemsError([
    problem('PLAN_UNKNOWN_SEQUENCE', {
      subject: `sequence ${sequence.slice(0, 80)}`,
      summary: `is in neither the release nor its plugins, which have ${[...known.keys()].join(', ') || 'none'}`,
      remedy: `Correct the name of the sequence.${didYouMean(sequence, known.keys())}`,
    }),
  ]);
}
