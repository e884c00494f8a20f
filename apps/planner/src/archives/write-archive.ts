import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { clusterDocument } from '@muster/catalog';
import { isJsonObject, type JsonObject } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { ArtifactStore } from '@muster/storage';
import { pack } from 'tar-stream';
import type { EntityManager } from 'typeorm';
import { BundleRow } from '../bundles/bundle.entity';
import { bundlesOf } from '../bundles/find-bundles';
import { knownNodes } from '../clusters/cluster-nodes';
import { exportedDocument, openDocument } from '../clusters/export-cluster';
import { findCluster, findRevision } from '../clusters/find-cluster';
import { RevisionRow } from '../clusters/revision.entity';
import { ARCHIVE_MANIFEST } from './read-archive';

/** Older revisions that an archive tells of. */
const REVISIONS_MAX = 1000;

/**
 * A cluster as one gzipped tar: its newest revision with what is known of its nodes, its history to be read, and its
 * bundles as they were published. Secrets are `<to be filled>` everywhere. Throws before anything is sent.
 */
export async function writeArchive(
  parts: { readonly on: EntityManager; readonly artifacts: ArtifactStore },
  project: string,
  name: string,
): Promise<Readable> {
  const { on, artifacts } = parts;
  const cluster = await findCluster(on, project, name);
  const head = await findRevision(on, cluster, cluster.headRevision);
  const found = await bundlesOf(on, project, head.content);
  if (!found.ok) throw new ProblemsError(found.problems);
  const bundles = await withBases(on, project, [found.release, ...found.plugins]);
  const lost = bundles.filter((each) => each.archiveDigest === null);
  if (lost.length > 0) throw new ProblemsError(lost.map(notKept));
  const known = await knownNodes(
    on,
    project,
    head.content.nodes.map((node) => node.name),
  );
  const history = await on.find(RevisionRow, {
    where: { clusterId: cluster.id },
    order: { number: 'DESC' },
    take: REVISIONS_MAX,
  });
  const manifest: JsonObject = {
    format: 'muster-cluster',
    version: 1,
    cluster: name,
    document: openDocument(exportedDocument(head.content, known)).document,
    revisions: history.map(({ number, hash, createdBy, why, change, createdAt, content }) => ({
      ...{ number, hash, who: createdBy, why, change, createdAt: createdAt.toISOString() },
      document: openDocument(clusterDocument(content)).document,
    })),
  };
  const archive = pack();
  const gzip = createGzip();
  const filling = (async () => {
    // The same revision makes the same bytes, whenever it is asked for.
    const mtime = head.createdAt;
    archive.entry({ name: ARCHIVE_MANIFEST, mtime }, JSON.stringify(manifest));
    for (const row of bundles) await addBundle(archive, artifacts, row, mtime);
    archive.finalize();
  })();
  filling.catch((error: Error) => archive.destroy(error));
  archive.on('error', (error) => gzip.destroy(error));
  return Readable.from(archive, { objectMode: false }).pipe(gzip);
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
  await new Promise<void>((resolve, reject) => {
    const entry = archive.entry({ name: path, size: Number(archiveSize ?? 0), mtime }, (error) =>
      error ? reject(error) : resolve(),
    );
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
