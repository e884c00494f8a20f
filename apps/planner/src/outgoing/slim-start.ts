import type { BesideStart, StartDeployment } from '@muster/protocol';
import type { ArtifactStore } from '@muster/storage';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** What a start may have by itself; the rest of a message is left for its envelope. A mebibyte, less some. */
const START_BYTES_MAX = 1024 * 1024 - 16 * 1024;

/**
 * The command as it is sent. What makes it too large for a message goes as an artifact beside it, which its token opens,
 * too: the keys of a thousand nodes are larger than a message. The same command gives the same artifact each time.
 */
export async function slimStart(
  on: EntityManager,
  artifacts: ArtifactStore,
  start: StartDeployment,
): Promise<StartDeployment> {
  if (start.graph.kind === 'beside' || Buffer.byteLength(JSON.stringify(start)) <= START_BYTES_MAX) return start;
  const beside: BesideStart = { graph: start.graph, nodes: start.nodes, artifacts: start.artifacts };
  const { digest } = await artifacts.put(Buffer.from(JSON.stringify(beside)));
  await rowsOf(
    on,
    'UPDATE planner.deployment SET artifacts = array_append(artifacts, $2) WHERE id = $1 AND $2 <> ALL (artifacts) RETURNING 1',
    [start.deployment, digest],
  );
  return { ...start, graph: { kind: 'beside', digest }, nodes: [], artifacts: [] };
}
