import { type ClusterSpec } from '@muster/model';
import { type Problem } from '@muster/problems';
import { type DataSource, In } from 'typeorm';
import { bundlesOf, type FoundBundles } from '../bundles/find-bundles';
import { retiredNotes } from '../bundles/retired-bundles';
import type { ClusterRow } from '../clusters/cluster.entity';
import { RevisionRow } from '../clusters/revision.entity';
import { NodeRow } from '../nodes/node.entity';
import { clusterNeeds, needNotes } from '../profiles/cluster-needs';
import { poolSlots } from '../pools/pools';
import type { PlanRecords } from '../previous/plan-records';
import { type PreviousSubject, readPrevious } from '../previous/read-previous';
import type { NodeMarks } from '../transactions/node-marks';
import type { PlanOptions } from './plan-options';
import type { PlanOutline } from './plan-outline';
import type { PlanQuestion, PlanRunner } from './plan-runner';

export interface PlanWish extends PlanOptions {
  readonly cluster: ClusterRow;
  readonly revision: number;
  readonly graphType: string;
  readonly noop: boolean;
  readonly raw?: boolean;
  readonly withRecords?: boolean;
  readonly whatIf?: PlanQuestion['whatIf'];
}

/** A plan of one revision, ready to be shown, kept or deployed. */
export interface PlannedCluster {
  readonly clusterId: string;
  readonly revision: number;
  /** Name of the release. */
  readonly release: string;
  readonly outline: PlanOutline;
  readonly graph: Uint8Array;
  /** Parameters that the graph refers to by digest: JSON texts, sent as artifacts. */
  readonly parameters: readonly string[];
  /** Gzipped, as `PlanAnswer` has it. */
  readonly requires: Uint8Array;
  /** Gzipped. */
  readonly json: Uint8Array;
  /** JSON of what it was made from (`PlanGrounds`). */
  readonly grounds: string;
  /** JSON of what was asked with `whatIf`; null: nothing. */
  readonly whatIf: string | null;
  /** What is written to the nodes when it was carried out; null: nothing. */
  readonly marks: NodeMarks | null;
  /** Null unless asked for. */
  readonly records: PlanRecords | null;
  readonly primaries: Readonly<Record<string, string>>;
}

export type PlanMade =
  | { readonly ok: true; readonly planned: PlannedCluster }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Plans one graph of one revision. Reads without locks: whoever writes what follows checks the revision again. */
export async function planCluster(
  { database, runner }: { readonly database: DataSource; readonly runner: PlanRunner },
  { cluster, revision, ...wish }: PlanWish,
): Promise<PlanMade> {
  const { content, hash } = await database.manager.findOneByOrFail(RevisionRow, {
    clusterId: cluster.id,
    number: revision,
  });
  const bundles = await bundlesOf(database.manager, cluster.project, content);
  if (!bundles.ok) return bundles;
  const names = content.nodes.map((node) => node.name);
  const nodes = await database.manager.findBy(NodeRow, { project: cluster.project, name: In(names) });
  const answer = await runner.plan({
    cluster: content,
    release: bundles.release.content,
    plugins: bundles.plugins.map((plugin) => plugin.content),
    revisionHash: hash,
    bundleDigests: [bundles.release, ...bundles.plugins].map((bundle) => bundle.digest),
    primaries: cluster.primaries,
    identities: Object.fromEntries(nodes.map((node) => [node.name, node.hostKey])),
    previous: await readPrevious(database, pastOf(cluster, bundles, content, wish.graphType)),
    attributes: Object.fromEntries(
      nodes.filter((node) => Object.keys(node.attributes).length > 0).map((node) => [node.name, node.attributes]),
    ),
    drivers: Object.fromEntries(nodes.flatMap(({ name, driver }) => (driver === null ? [] : [[name, driver]]))),
    pools: await poolSlots(database.manager, cluster.project),
    notes: [
      ...retiredNotes(bundles),
      ...needNotes(await clusterNeeds(database.manager, cluster.project, content), nodes),
    ],
    raw: false,
    withRecords: false,
    whatIf: null,
    ...wish,
  });
  if (!answer.ok) return answer;
  const { ok, ...planned } = answer;
  return { ok, planned: { clusterId: cluster.id, revision, release: bundles.release.name, ...planned } };
}

function pastOf(
  { id, project }: ClusterRow,
  { release, plugins }: FoundBundles & { readonly ok: true },
  { graphs = [] }: ClusterSpec,
  graphType: string,
): PreviousSubject {
  const layers = [...[release, ...plugins].map(({ content }) => content.graphs), graphs];
  const mine = layers.flatMap((layer) => layer.filter(({ type }) => type === graphType));
  const definitions = new Set(mine.flatMap((graph) => graph.definitions.map((definition) => definition.id)));
  return { project, clusterId: id, graphType, release: release.name, definitions: [...definitions] };
}
