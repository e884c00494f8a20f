import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { clusterDocument, type ClusterRefs } from '@muster/catalog';
import { isJsonObject, type JsonObject } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { ArtifactStore } from '@muster/storage';
import { type Headers, pack } from 'tar-stream';
import type { EntityManager } from 'typeorm';
import { BundleRow } from '../bundles/bundle.entity';
import { bundlesOf } from '../bundles/find-bundles';
import { knownNodes } from '../clusters/cluster-nodes';
import { exportedDocument, openDocument } from '../clusters/export-cluster';
import { findCluster, findRevision } from '../clusters/find-cluster';
import type { ClusterRow } from '../clusters/cluster.entity';
import type { RevisionRow } from '../clusters/revision.entity';
import { rowsOf } from '../database/sql';
import { archivedRevision, HISTORY_LIMITS, revisionEntry } from './archived-revision';
import { ARCHIVE_MANIFEST, BUNDLES_MAX } from './read-archive';

/**
 * A cluster as one gzipped tar: its newest revision with what is known of its nodes, its revisions, and the bundles that
 * these name, as they were published. Secrets are `<to be filled>` everywhere. The oldest revisions are left out where there
 * are more than an archive has, and so are bundles of older ones that are not there any more. Throws before anything is sent.
 */
export async function writeArchive(
  parts: { readonly on: EntityManager; readonly artifacts: ArtifactStore },
  project: string,
  name: string,
): Promise<Readable> {
  const { on, artifacts } = parts;
  const cluster = await findCluster(on, project, name);
  const head = await findRevision(on, cluster, cluster.headRevision);
  const numbers = await archivedNumbers(on, cluster);
  const bundles = await bundlesOfAll(on, cluster, head, numbers);
  const known = await knownNodes(
    on,
    project,
    head.content.nodes.map((node) => node.name),
  );
  const manifest: JsonObject = {
    ...{ format: 'muster-cluster', version: 1, cluster: name },
    document: openDocument(exportedDocument(head.content, known)).document,
  };
  const archive = pack();
  const gzip = createGzip();
  const filling = (async () => {
    // The same revision makes the same bytes, whenever it is asked for.
    const mtime = head.createdAt;
    const add = async (path: string, value: object): Promise<void> => {
      const content = Buffer.from(JSON.stringify(value));
      await addEntry(archive, { name: path, size: content.length, mtime }, Readable.from([content]));
    };
    await add(ARCHIVE_MANIFEST, manifest);
    for (const number of numbers) {
      const row = await findRevision(on, cluster, number);
      await add(revisionEntry(number), archivedRevision(row, openDocument(clusterDocument(row.content)).document));
    }
    for (const row of bundles) await addBundle(archive, artifacts, row, mtime);
    archive.finalize();
  })();
  filling.catch((error: Error) => archive.destroy(error));
  archive.on('error', (error) => gzip.destroy(error));
  return Readable.from(archive, { objectMode: false }).pipe(gzip);
}

/** Revisions that fit, oldest first; the newest one always. */
async function archivedNumbers(on: EntityManager, cluster: ClusterRow): Promise<number[]> {
  const { revisions, bytes } = HISTORY_LIMITS;
  const rows = await rowsOf<{ number: number; bytes: string }>(
    on,
    `SELECT number, sum(octet_length(content::text) + $3::int) OVER (ORDER BY number DESC) AS bytes
       FROM planner.revision WHERE cluster_id = $1 ORDER BY number DESC LIMIT $2`,
    [cluster.id, revisions, REVISION_FRAME_BYTES],
  );
  return rows
    .filter((row, index) => index === 0 || Number(row.bytes) <= bytes)
    .map(({ number }) => number)
    .reverse();
}

/** What an archive says of a revision beside its document: who wrote it, when and why. */
const REVISION_FRAME_BYTES = 8192;

/** Bundles of the revisions, the newest one's first to be taken where there are too many; each after what it is made of. */
async function bundlesOfAll(
  on: EntityManager,
  cluster: ClusterRow,
  head: RevisionRow,
  numbers: readonly number[],
): Promise<readonly BundleRow[]> {
  const found = await bundlesOf(on, cluster.project, head.content);
  if (!found.ok) throw new ProblemsError(found.problems);
  const ofHead = await withBases(on, cluster.project, [found.release, ...found.plugins]);
  const lost = ofHead.filter((each) => each.archiveDigest === null);
  if (lost.length > 0) throw new ProblemsError(lost.map(notKept));
  const all = new Map(ofHead.map((row) => [row.id, row]));
  const older = await rowsOf<ClusterRefs>(
    on,
    `SELECT content->>'name' AS name, content->>'release' AS release, content->'plugins' AS plugins
       FROM planner.revision WHERE cluster_id = $1 AND number = ANY($2::int[])
      GROUP BY 1, 2, 3 ORDER BY max(number) DESC`,
    [cluster.id, numbers],
  );
  for (const refs of older) {
    const there = await bundlesOf(on, cluster.project, refs);
    if (!there.ok) continue;
    const more = await withBases(on, cluster.project, [there.release, ...there.plugins]);
    const isWhole = more.every((each) => each.archiveDigest !== null);
    if (!isWhole || new Set([...all.keys(), ...more.map(({ id }) => id)]).size > BUNDLES_MAX) continue;
    for (const row of more) all.set(row.id, row);
  }
  return [...all.values()];
}

/** Bundles with those that they were made of, which have to be published before them. */
async function withBases(on: EntityManager, project: string, rows: readonly BundleRow[]): Promise<BundleRow[]> {
  const all = new Map<string, BundleRow>();
  const add = async (row: BundleRow): Promise<void> => {
    for (const { name, version } of [...(row.content.bases ?? []), ...(row.content.included ?? [])]) {
      const base = await on.findOneBy(BundleRow, { project, kind: 'release', name, version });
      if (base !== null && !all.has(base.id)) await add(base);
    }
    all.set(row.id, row);
  };
  for (const row of rows) await add(row);
  return [...all.values()];
}

async function addBundle(
  archive: ReturnType<typeof pack>,
  artifacts: ArtifactStore,
  row: BundleRow,
  mtime: Date,
): Promise<void> {
  const { kind, name, version, archiveDigest, archiveGzipped, archiveSize } = row;
  const path = `bundles/${kind}/${name}@${version}.tar${archiveGzipped === true ? '.gz' : ''}`;
  const content = Readable.from(await artifacts.open(archiveDigest ?? ''));
  await addEntry(archive, { name: path, size: Number(archiveSize ?? 0), mtime }, content);
}

/** Settles when whoever reads the archive has taken all of it. */
function addEntry(archive: ReturnType<typeof pack>, header: Headers, content: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = archive.entry(header, (error) => (error ? reject(error) : resolve()));
    content.on('error', reject).pipe(entry);
  });
}

function notKept({ kind, name, version }: BundleRow) {
  return problem('API_NOT_FOUND', {
    subject: `archive of ${kind} ${name}@${version}`,
    summary: 'It was not kept when this was published.',
    remedy: 'Publish the same content again: then it is kept.',
  });
}

/** What an archive says of its cluster; null: it is none of ours. */
export function readManifest(manifest: unknown): { readonly cluster: string; readonly document: JsonObject } | null {
  if (!isJsonObject(manifest) || manifest['format'] !== 'muster-cluster' || manifest['version'] !== 1) return null;
  const { cluster, document } = manifest;
  return typeof cluster === 'string' && isJsonObject(document) ? { cluster, document } : null;
}
