import { createHash, type Hash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type BundleKind, type Json, NAME_PATTERN } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { extract, type Entry } from 'tar-stream';
import type { SentBundle } from '../bundles/publish-bundle';
import { UPLOAD_LIMITS } from '../bundles/upload-limits';

/** The file that says what is in an archive; it comes first. */
export const ARCHIVE_MANIFEST = 'cluster.json';
/** Bundles of one cluster: a release, what it extends, and its plugins. */
const BUNDLES_MAX = 100;
const MANIFEST_BYTES_MAX = 32 * 1024 * 1024;

/** A bundle of an archive, read and stored, not published. */
export interface ArchivedBundle {
  readonly kind: BundleKind;
  readonly sent: SentBundle;
}

export interface ClusterArchive {
  readonly manifest: Json;
  readonly bundles: readonly ArchivedBundle[];
}

/**
 * Reads a gzipped archive as it arrives. `receive` reads a bundle inside, with the limits of any other upload. Nothing is
 * written by the name of an entry: names that are not known are refused, links and folders included. `digest` is the SHA-256 of what was sent, in hexadecimal digits. Throws `ProblemsError`.
 */
export async function readArchive(
  body: Readable,
  receive: (sent: Readable) => Promise<SentBundle>,
): Promise<{ readonly archive: ClusterArchive; readonly digest: string }> {
  const archive = extract();
  const hash = createHash('sha256');
  const found: { manifest?: Json; bundles: ArchivedBundle[] } = { bundles: [] };
  const reading = (async () => {
    for await (const entry of archive) await readEntry(entry, found, receive);
  })();
  const { unpackedBytes, sentBytes } = UPLOAD_LIMITS;
  const [piped, read] = await Promise.allSettled([
    pipeline([body, bounded(sentBytes, hash), createGunzip(), bounded(unpackedBytes), archive]),
    reading,
  ]);
  for (const each of [read, piped])
    if (each.status === 'rejected' && each.reason instanceof ProblemsError) throw each.reason;
  if (piped.status === 'rejected') throw notAnArchive(String((piped.reason as Error).message));
  if (read.status === 'rejected') throw read.reason;
  if (found.manifest === undefined) throw notAnArchive(`it has no ${ARCHIVE_MANIFEST}`);
  return { archive: { manifest: found.manifest, bundles: found.bundles }, digest: hash.digest('hex') };
}

async function readEntry(
  entry: Entry,
  found: { manifest?: Json; bundles: ArchivedBundle[] },
  receive: (sent: Readable) => Promise<SentBundle>,
): Promise<void> {
  const { name, type, size = 0 } = entry.header;
  const [, kind, bundle] = /^bundles\/(release|plugin)\/([^/]+)\.tar(?:\.gz)?$/.exec(name) ?? [];
  const isFile = type === 'file' || type === 'contiguous-file';
  if (isFile && name === ARCHIVE_MANIFEST && found.manifest === undefined) {
    if (size > MANIFEST_BYTES_MAX) throw tooLarge(`${ARCHIVE_MANIFEST} has more than ${MANIFEST_BYTES_MAX} bytes.`);
    found.manifest = await readJson(entry);
  } else if (
    isFile &&
    kind !== undefined &&
    bundle !== undefined &&
    isBundleName(bundle) &&
    found.manifest !== undefined
  ) {
    if (found.bundles.length >= BUNDLES_MAX) throw tooLarge(`It has more than ${BUNDLES_MAX} bundles.`);
    found.bundles.push({ kind: kind as BundleKind, sent: await receive(Readable.from(entry, { objectMode: false })) });
  } else {
    throw notAnArchive(`an entry does not belong there: ${JSON.stringify(name.slice(0, 100))} (${String(type)})`);
  }
}

function isBundleName(name: string): boolean {
  const at = name.indexOf('@');
  return at > 0 && NAME_PATTERN.test(name.slice(0, at)) && /^[0-9A-Za-z.+-]{1,128}$/.test(name.slice(at + 1));
}

async function readJson(entry: AsyncIterable<Uint8Array>): Promise<Json> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) as Json;
  } catch {
    throw notAnArchive(`${ARCHIVE_MANIFEST} is no JSON`);
  }
}

function bounded(bytes: number, hash?: Hash): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      hash?.update(chunk);
      if (seen > bytes) done(tooLarge(`It has more than ${bytes} bytes.`));
      else done(null, chunk);
    },
  });
}

function tooLarge(summary: string): ProblemsError {
  return new ProblemsError([problem('UPLOAD_TOO_LARGE', { subject: 'the archive', summary })]);
}

export function notAnArchive(detail: string): ProblemsError {
  return new ProblemsError([
    problem('UPLOAD_NOT_ARCHIVE', {
      subject: 'the archive',
      summary: 'The body is no archive of a cluster.',
      remedy: 'Send what `muster cluster archive` wrote.',
      detail,
    }),
  ]);
}
