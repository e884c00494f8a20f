import { createHash, type Hash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type BundleKind, type Json, NAME_PATTERN } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { extract, type Entry } from 'tar-stream';
import type { SentBundle } from '../bundles/publish-bundle';
import { UPLOAD_LIMITS, type UploadLimits } from '../bundles/upload-limits';
import { faultsIn } from '../http/check-text';
import { HISTORY_LIMITS, numberOfEntry } from './archived-revision';

/** The file that says what is in an archive; it comes first. */
export const ARCHIVE_MANIFEST = 'cluster.json';
/** Bundles of one archive: of its revisions the releases, what these are made of, and the plugins. */
export const BUNDLES_MAX = 100;
const MANIFEST_BYTES_MAX = 32 * 1024 * 1024;

/** A bundle of an archive, read and stored, not published. */
export interface ArchivedBundle {
  readonly kind: BundleKind;
  readonly sent: SentBundle;
}

export interface ClusterArchive {
  readonly manifest: Json;
  /** JSON of revisions by number, not yet read; empty: it has the newest one alone, in the manifest. */
  readonly revisions: ReadonlyMap<number, Uint8Array>;
  readonly bundles: readonly ArchivedBundle[];
}

/**
 * Reads a gzipped archive as it arrives. `receive` reads a bundle inside, with the limits of any other upload. Nothing is
 * written by the name of an entry: names that are not known are refused, links and folders included. `digest` is the SHA-256 of what was sent, in hexadecimal digits. Throws `ProblemsError`.
 */
export async function readArchive(
  body: Readable,
  receive: (sent: Readable) => Promise<SentBundle>,
  limits: Pick<UploadLimits, 'sentBytes' | 'unpackedBytes'> = UPLOAD_LIMITS,
): Promise<{ readonly archive: ClusterArchive; readonly digest: string }> {
  const archive = extract();
  const hash = createHash('sha256');
  const found: Found = { revisions: new Map(), revisionBytes: 0, bundles: [], names: new Set() };
  const reading = (async () => {
    for await (const entry of archive) await readEntry(entry, found, receive);
  })();
  const { unpackedBytes, sentBytes } = limits;
  const [piped, read] = await Promise.allSettled([
    pipeline([body, bounded(sentBytes, hash), createGunzip(), bounded(unpackedBytes), archive]),
    reading,
  ]);
  for (const each of [read, piped])
    if (each.status === 'rejected' && each.reason instanceof ProblemsError) throw each.reason;
  if (piped.status === 'rejected') throw notAnArchive(String((piped.reason as Error).message));
  if (read.status === 'rejected') throw read.reason;
  if (found.manifest === undefined) throw notAnArchive(`it has no ${ARCHIVE_MANIFEST}`);
  const { manifest, revisions, bundles } = found;
  return { archive: { manifest, revisions, bundles }, digest: hash.digest('hex') };
}

interface Found {
  manifest?: Json;
  readonly revisions: Map<number, Uint8Array>;
  revisionBytes: number;
  readonly bundles: ArchivedBundle[];
  /** Of everything so far: a name that comes twice would make the archive mean two things. */
  readonly names: Set<string>;
}

async function readEntry(entry: Entry, found: Found, receive: (sent: Readable) => Promise<SentBundle>): Promise<void> {
  const { name, type, size = 0 } = entry.header;
  const stray = (why: string): ProblemsError =>
    notAnArchive(`an entry does not belong there: ${JSON.stringify(name.slice(0, 100))} (${why})`);
  if (type !== 'file' && type !== 'contiguous-file') throw stray(String(type));
  if (found.names.has(name)) throw stray('it is there twice');
  found.names.add(name);
  if (name === ARCHIVE_MANIFEST) {
    if (size > MANIFEST_BYTES_MAX) throw tooLarge(`${ARCHIVE_MANIFEST} has more than ${MANIFEST_BYTES_MAX} bytes.`);
    found.manifest = parseJson(await contentOf(entry), ARCHIVE_MANIFEST);
    const faults = faultsIn(found.manifest);
    if (faults.length > 0) throw new ProblemsError(faults);
    return;
  }
  if (found.manifest === undefined) throw stray(`${ARCHIVE_MANIFEST} comes first`);
  const number = numberOfEntry(name);
  if (number !== null) {
    found.revisionBytes += size;
    const { revisions, bytes } = HISTORY_LIMITS;
    if (found.revisions.size >= revisions) throw tooLarge(`It has more than ${revisions} revisions.`);
    if (found.revisionBytes > bytes) throw tooLarge(`Its revisions have more than ${bytes} bytes.`);
    found.revisions.set(number, await contentOf(entry));
    return;
  }
  const [, kind, bundle] = /^bundles\/(release|plugin)\/([^/]+)\.tar(?:\.gz)?$/.exec(name) ?? [];
  if (kind === undefined || bundle === undefined || !isBundleName(bundle)) throw stray(type);
  if (found.bundles.length >= BUNDLES_MAX) throw tooLarge(`It has more than ${BUNDLES_MAX} bundles.`);
  found.bundles.push({ kind: kind as BundleKind, sent: await receive(Readable.from(entry, { objectMode: false })) });
}

function isBundleName(name: string): boolean {
  const at = name.indexOf('@');
  return at > 0 && NAME_PATTERN.test(name.slice(0, at)) && /^[0-9A-Za-z.+-]{1,128}$/.test(name.slice(at + 1));
}

async function contentOf(entry: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Throws `UPLOAD_NOT_ARCHIVE`, which says of `name` that it is none. */
export function parseJson(bytes: Uint8Array, name: string): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch {
    throw notAnArchive(`${name} is no JSON`);
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
