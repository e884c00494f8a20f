import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { revisionHash, sameRevision } from '@muster/catalog';
import type { Bus } from '@muster/messaging';
import type { SecretBox } from '@muster/model';
import { invariant, problem, type Problem, ProblemsError } from '@muster/problems';
import { DataSource, type EntityManager } from 'typeorm';
import { holdBundles } from '../bundles/find-bundles';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import { requireMatch } from '../http/etag';
import { type AcceptedHostKey, scanHostKeys } from '../nodes/scan-host-keys';
import type { PlanRunner } from '../plans/plan-runner';
import { BUS, PLAN_RUNNER, SECRET_BOX } from '../planner-ports';
import { PlannerNudges } from '../running/planner-nudges';
import { ClusterRow } from './cluster.entity';
import {
  knownNodes,
  lockKnownNodes,
  missingForDeploy,
  refuseTakenNodes,
  withoutHostKey,
  writeNodes,
} from './cluster-nodes';
import type { CheckedCluster } from './read-cluster';
import { type RevisionChange, RevisionRow } from './revision.entity';
import { sameMachines } from './same-machine';

/** What clusters are written with. */
@Injectable()
export class ClusterParts {
  constructor(
    readonly database: DataSource,
    readonly nudges: PlannerNudges,
    @Inject(BUS) readonly bus: Bus,
    @Inject(SECRET_BOX) readonly secretBox: SecretBox,
    @Inject(PLAN_RUNNER) readonly runner: PlanRunner,
  ) {}
}

/** Who writes a revision, why and how. */
export interface Authorship {
  readonly who: string;
  readonly why: string | null;
  readonly change: RevisionChange;
}

/** A revision to be written. */
export interface RevisionWish {
  readonly cluster: string;
  /** What the cluster is to be, given what it is now; null: there is none of that name. Asked again if that changed meanwhile. */
  readonly read: (head: RevisionRow | null) => Promise<CheckedCluster>;
  /** Private keys by node name. */
  readonly identities: Readonly<Record<string, string>>;
  readonly acceptHostKeys: boolean;
  /** ETag of the revision that is to be changed, as the header says it; null: whatever it is. */
  readonly ifMatch: string | null;
  /** Writes other revisions than the next one; absent: that. */
  readonly write?: WriteRevision;
}

/** Writes what was found good, in the database transaction that holds the cluster's row. */
export type WriteRevision = (
  on: EntityManager,
  cluster: ClusterRow,
  head: RevisionRow | null,
  checked: CheckedCluster,
  by: Authorship,
) => Promise<Pick<RevisedCluster, 'revision' | 'hash' | 'etag' | 'changed'>>;

export interface RevisedCluster {
  readonly cluster: string;
  readonly revision: number;
  readonly hash: string;
  readonly etag: string;
  readonly changed: boolean;
  readonly acceptedHostKeys: readonly AcceptedHostKey[];
  /** Warnings only. */
  readonly problems: readonly Problem[];
}

/** A cluster that others keep changing is given up after so many tries. */
const TRIES_MAX = 5;

/**
 * Creates a cluster or writes a new revision of it, registers its nodes and seals their keys, all in one database
 * transaction. The same content again is the same revision. Throws `ProblemsError`, and then nothing was changed.
 */
export async function reviseCluster(
  parts: ClusterParts,
  project: string,
  wish: RevisionWish,
  by: Authorship,
): Promise<RevisedCluster> {
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    const revised = await tryToRevise(parts, project, wish, by);
    if (revised === null) continue;
    parts.nudges.nudge('recorded');
    return revised;
  }
  throw new ProblemsError([
    problem('API_UNAVAILABLE', {
      subject: `cluster ${wish.cluster}`,
      summary: 'It was changed again and again by others.',
      remedy: 'Try again when nobody else edits the cluster.',
    }),
  ]);
}

/** Null: somebody else wrote a revision meanwhile. */
async function tryToRevise(
  { database, bus, secretBox }: ClusterParts,
  project: string,
  { cluster: name, read, identities, acceptHostKeys, ifMatch, write = writeRevision }: RevisionWish,
  by: Authorship,
): Promise<RevisedCluster | null> {
  const { manager } = database;
  const there = await manager.findOneBy(ClusterRow, { project, name });
  const head = there && (await manager.findOneBy(RevisionRow, { clusterId: there.id, number: there.headRevision }));
  requireMatch(ifMatch, head && etagOf(head), `cluster ${name}`);
  const checked = await read(head);
  const names = checked.spec.nodes.map((node) => node.name);
  const known = await knownNodes(manager, project, names);
  // Made by somebody else meanwhile: then its nodes are this very cluster's, and taken by no other.
  if (there === null && (await manager.existsBy(ClusterRow, { project, name }))) return null;
  await refuseTakenNodes(manager, there?.id ?? null, checked, known);
  // Executors look at the machines; nothing may be locked meanwhile.
  const scanned = await scanHostKeys({ on: manager, bus }, project, withoutHostKey(checked, known), acceptHostKeys);
  const hostKeys = new Map(scanned.accepted.map((each) => [each.node, each.hostKey]));
  const refused = [...scanned.problems, ...sameMachines(checked, known, hostKeys)];
  if (refused.length > 0) throw new ProblemsError([...refused, ...checked.problems]);
  const written = await database.transaction(async (on) => {
    const cluster = await lockCluster(on, project, name);
    if (cluster.headRevision !== (head?.number ?? 0)) return null;
    // Read again under the lock: somebody may have taken one of them meanwhile.
    await lockKnownNodes(on, project, names);
    const nodes = await knownNodes(on, project, names);
    await refuseTakenNodes(on, cluster.id, checked, nodes);
    await writeNodes(on, secretBox, cluster, checked.spec.nodes, nodes, { identities, hostKeys }, by.who);
    return write(on, cluster, head, checked, by);
  });
  if (written === null) return null;
  return {
    cluster: name,
    ...written,
    acceptedHostKeys: scanned.accepted,
    problems: [...checked.problems, ...missingForDeploy(checked, known, identities)],
  };
}

/** What `If-Match` compares: a cluster that was deleted and made again counts its revisions anew, so the hash is part of it. */
export function etagOf({ number, hash }: Pick<RevisionRow, 'number' | 'hash'>): string {
  return `${number}-${hash.slice('sha256:'.length, 'sha256:'.length + 16)}`;
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
  head: RevisionRow | null,
  { spec }: CheckedCluster,
  { who, why, change }: Authorship,
): Promise<Pick<RevisedCluster, 'revision' | 'hash' | 'etag' | 'changed'>> {
  const hash = revisionHash(spec, (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`);
  // The hash of one that came from elsewhere is about secrets that are not here.
  if (head !== null && (head.hash === hash || sameRevision(head.content, spec)))
    return { revision: head.number, hash: head.hash, etag: etagOf(head), changed: false };
  await holdBundles(on, cluster.project, spec);
  const number = cluster.headRevision + 1;
  await rowsOf(
    on,
    `INSERT INTO planner.revision (cluster_id, number, hash, content, created_by, why, change)
     VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7)`,
    [cluster.id, number, hash, JSON.stringify(spec), who, why, change],
  );
  await on.update(ClusterRow, { id: cluster.id }, { headRevision: number });
  await writeFeedEvents(on, cluster.project, [
    {
      type: 'cluster.revised',
      at: null,
      subject: { cluster: cluster.name },
      data: { revision: number, hash, who, why, change },
    },
  ]);
  return { revision: number, hash, etag: etagOf({ number, hash }), changed: true };
}
