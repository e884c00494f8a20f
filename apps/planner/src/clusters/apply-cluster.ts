import { createHash, randomUUID } from 'node:crypto';
import { revisionHash } from '@muster/catalog';
import type { Bus } from '@muster/messaging';
import { type SecretBox } from '@muster/model';
import { invariant, type Problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { holdBundles } from '../bundles/find-bundles';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { type AcceptedHostKey, scanHostKeys } from '../nodes/scan-host-keys';
import type { PlanRunner } from '../plans/plan-runner';
import { ClusterRow } from './cluster.entity';
import {
  knownNodes,
  lockKnownNodes,
  missingForDeploy,
  refuseTakenNodes,
  withoutHostKey,
  writeNodes,
} from './cluster-nodes';
import { type CheckedCluster, type ClusterSource, readCluster } from './read-cluster';
import { RevisionRow } from './revision.entity';
import { sameMachines } from './same-machine';

export interface AppliedCluster {
  readonly cluster: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly acceptedHostKeys: readonly AcceptedHostKey[];
  /** Warnings only. */
  readonly problems: readonly Problem[];
}

/**
 * Creates a cluster or writes a new revision of it, registers its nodes and seals their keys, all in one database
 * transaction. The same content again is the same revision. Throws `ProblemsError`, and then nothing was changed.
 */
export async function applyCluster(
  parts: {
    readonly database: DataSource;
    readonly bus: Bus;
    readonly secretBox: SecretBox;
    readonly runner: PlanRunner;
  },
  project: string,
  sent: ClusterSource & { readonly acceptHostKeys: boolean },
  who: string,
): Promise<AppliedCluster> {
  const { manager } = parts.database;
  const checked = await readCluster(manager, parts.runner, project, sent);
  const names = checked.spec.nodes.map((node) => node.name);
  const known = await knownNodes(manager, project, names);
  const there = await manager.findOneBy(ClusterRow, { project, name: sent.name });
  await refuseTakenNodes(manager, there?.id ?? null, checked, known);
  // Executors look at the machines; nothing may be locked meanwhile.
  const scanned = await scanHostKeys(parts.bus, withoutHostKey(checked, known), sent.acceptHostKeys);
  const hostKeys = new Map(scanned.accepted.map((each) => [each.node, each.hostKey]));
  const refused = [...scanned.problems, ...sameMachines(checked, known, hostKeys)];
  if (refused.length > 0) throw new ProblemsError([...refused, ...checked.problems]);
  const written = await parts.database.transaction(async (on) => {
    const cluster = await lockCluster(on, project, sent.name);
    // Read again under the lock: somebody may have taken one of them meanwhile.
    await lockKnownNodes(on, project, names);
    const nodes = await knownNodes(on, project, names);
    await refuseTakenNodes(on, cluster.id, checked, nodes);
    await writeNodes(
      on,
      parts.secretBox,
      cluster,
      checked.spec.nodes,
      nodes,
      {
        identities: sent.identities,
        hostKeys,
      },
      who,
    );
    return writeRevision(on, cluster, checked, who);
  });
  return {
    cluster: sent.name,
    ...written,
    acceptedHostKeys: scanned.accepted,
    problems: [...checked.problems, ...missingForDeploy(checked, known, sent.identities)],
  };
}

/** The cluster's row, made if need be, locked against everybody else who would change it. */
async function lockCluster(on: EntityManager, project: string, name: string): Promise<ClusterRow> {
  const fresh = {
    id: randomUUID(),
    project,
    name,
    headRevision: 0,
    liveRevision: null,
    primaries: {},
  };
  await on.createQueryBuilder().insert().into(ClusterRow).values(fresh).orIgnore().execute();
  const row = await on.findOne(ClusterRow, {
    where: { project, name },
    lock: { mode: 'pessimistic_write' },
  });
  invariant(row, 'a cluster that was just written is there');
  return row;
}

async function writeRevision(
  on: EntityManager,
  cluster: ClusterRow,
  { spec }: CheckedCluster,
  who: string,
): Promise<{ readonly revision: number; readonly changed: boolean }> {
  const hash = revisionHash(spec, (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`);
  const head = await on.findOneBy(RevisionRow, { clusterId: cluster.id, number: cluster.headRevision });
  if (head?.hash === hash) return { revision: head.number, changed: false };
  await holdBundles(on, cluster.project, spec);
  const number = cluster.headRevision + 1;
  await rowsOf(
    on,
    'INSERT INTO planner.revision (cluster_id, number, hash, content, created_by) VALUES ($1, $2, $3, $4::jsonb, $5)',
    [cluster.id, number, hash, JSON.stringify(spec), who],
  );
  await on.update(ClusterRow, { id: cluster.id }, { headRevision: number });
  await writeFeedEvents(on, cluster.project, [
    { type: 'cluster.revised', at: null, subject: { cluster: cluster.name }, data: { revision: number, hash, who } },
  ]);
  return { revision: number, changed: true };
}
