import { type SecretBox, SecretValue } from '@muster/model';
import { INLINE_GRAPH_BYTES_MAX, type NodeAccessMessage, type StartDeployment } from '@muster/protocol';
import { hashToken, newToken } from '../identity/token-hash';
import type { ArtifactStore, StoredArtifact } from '@muster/storage';
import type { PlanRecords } from '../previous/plan-records';
import type { PlanOutline } from '../plans/plan-outline';
import type { NodeMarks } from './node-marks';

/** What a start command should not exceed; some bytes are left for its envelope and smaller fields. */
const MESSAGE_BYTES_MAX = 1024 * 1024 - 64 * 1024;

/** How long a start is sent again while what it needs cannot be fetched. */
const START_PATIENCE_MS = 600_000;

/** What a deployment is made of. */
export interface DeploymentRecipe {
  readonly id: string;
  readonly transaction: string;
  readonly project: string;
  readonly run: number;
  readonly graphIndex: number;
  readonly outline: PlanOutline;
  /** Gzipped, as `PlanAnswer` has it. */
  readonly requires: Uint8Array;
  /** Packed and gzipped. */
  readonly graph: Uint8Array;
  /** Texts that the graph refers to by digest. */
  readonly parameters: readonly string[];
  readonly marks: NodeMarks | null;
  readonly records: PlanRecords | null;
  /** Name of the release. */
  readonly release: string;
  readonly nodes: readonly NodeAccessMessage[];
  readonly noop: boolean;
  /** No further graph follows. */
  readonly final: boolean;
  readonly who: string;
  readonly why: string | null;
}

/** A deployment ready to be written: its artifacts are stored, its command is whole. */
export interface PreparedDeployment {
  readonly graphIndex: number;
  readonly outline: PlanOutline;
  readonly release: string;
  /** What is written to the nodes when it ends; null: nothing, as after a trial run. */
  readonly marks: NodeMarks | null;
  /** What its tasks are to be recorded as; null: nothing, since a trial run changes nothing. */
  readonly records: PlanRecords | null;
  readonly requires: Uint8Array;
  readonly start: StartDeployment;
  readonly artifactTokenHash: string;
}

/**
 * Puts together the command that starts a deployment. Stores the graph as an artifact if it is too large for a message;
 * runs before the database transaction, since the store may live in the same database.
 */
export async function prepareDeployment(
  parts: { readonly artifacts: ArtifactStore; readonly secretBox: SecretBox; readonly installation: string },
  recipe: DeploymentRecipe,
): Promise<PreparedDeployment> {
  const { outline, graph, release } = recipe;
  const token = newToken();
  const parameters: StoredArtifact[] = [];
  for (const text of recipe.parameters) parameters.push(await parts.artifacts.put(Buffer.from(text)));
  const files = [...outline.artifacts, ...parameters].map(({ digest, size }) => ({ digest, size }));
  const inline = graph.length <= roomForGraph({ nodes: [...recipe.nodes], artifacts: files });
  const stored = inline ? null : await parts.artifacts.put(graph);
  return {
    graphIndex: recipe.graphIndex,
    outline,
    release,
    marks: recipe.noop ? null : recipe.marks,
    records: recipe.noop ? null : recipe.records,
    requires: recipe.requires,
    artifactTokenHash: hashToken(token),
    start: {
      deployment: recipe.id,
      transaction: recipe.transaction,
      run: recipe.run,
      project: recipe.project,
      cluster: outline.cluster,
      installation: parts.installation,
      graph:
        stored === null
          ? { kind: 'inline', gzip: Buffer.from(graph).toString('base64') }
          : { kind: 'artifact', digest: stored.digest },
      nodes: [...recipe.nodes],
      artifacts: [...files, ...(stored === null ? [] : [{ digest: stored.digest, size: stored.size }])],
      artifactToken: parts.secretBox.seal(new SecretValue(token)),
      noop: recipe.noop,
      final: recipe.final,
      giveUpAt: Date.now() + START_PATIENCE_MS,
      who: recipe.who,
      why: recipe.why,
    },
  };
}

/** Bytes of a gzipped graph that fit into the message beside everything else; its base64 is a third longer. */
function roomForGraph(rest: Pick<StartDeployment, 'nodes' | 'artifacts'>): number {
  const left = MESSAGE_BYTES_MAX - Buffer.byteLength(JSON.stringify(rest));
  return Math.min(INLINE_GRAPH_BYTES_MAX, Math.floor((left * 3) / 4));
}
