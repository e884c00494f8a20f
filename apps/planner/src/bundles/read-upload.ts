import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isNativeError } from 'node:util/types';
import { createGunzip } from 'node:zlib';
import { type BundleEntry, isBundleText, pathFault } from '@muster/catalog';
import { byCodeUnit, canonicalJson } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { extract, type Entry } from 'tar-stream';
import { UPLOAD_LIMITS, type UploadLimits } from './upload-limits';

/** Takes the bytes of one file, wherever they are kept; tells their digest and size. */
export type StoreFile = (
  content: AsyncIterable<Uint8Array>,
) => Promise<{ readonly digest: string; readonly size: number }>;

/** What was in the archive: texts in memory, everything below `files/` stored. */
export interface BundleUpload {
  /** As `parseBundle` wants them; those that it is to refuse included. */
  readonly entries: readonly BundleEntry[];
  /** Texts that are none. */
  readonly problems: readonly Problem[];
  /** Over paths, contents and execute bits of everything that is part of the bundle. */
  readonly digest: string;
}

/**
 * Reads a (gzipped) tar as it arrives. Links, devices and bad paths are not followed or stored, only listed; what is
 * wrong with them is said together with everything else. Throws `ProblemsError` for what is no archive, and at the
 * first limit that is passed. Files stored before a refusal stay in the store, where nothing names them.
 */
export async function readUpload(
  body: Readable,
  store: StoreFile,
  limits: UploadLimits = UPLOAD_LIMITS,
): Promise<BundleUpload> {
  const reader = new UploadReader(store, limits);
  const archive = extract();
  const { first, whole } = await peek(body);
  const gzipped = first.length >= 2 && first[0] === 0x1f && first[1] === 0x8b;
  const unpacking = gzipped ? [createGunzip(), bounded(limits.unpackedBytes)] : [];
  const reading = reader.readAll(archive);
  // A failure of either side ends the other: the pipeline destroys the archive, a reader that throws does as well.
  const [piped, read] = await Promise.allSettled([
    pipeline([whole, bounded(limits.sentBytes), ...unpacking, archive]),
    reading,
  ]);
  if (read.status === 'rejected' && read.reason instanceof ProblemsError) throw read.reason;
  if (piped.status === 'rejected' && piped.reason instanceof ProblemsError) throw piped.reason;
  if (piped.status === 'rejected' && !isPrematureClose(piped.reason)) throw notAnArchive(piped.reason);
  // What is left did not come from the archive: the store failed, and the pipeline was only ended by that.
  if (read.status === 'rejected') throw read.reason;
  if (piped.status === 'rejected') throw notAnArchive(piped.reason);
  return reader.finish();
}

class UploadReader {
  readonly #entries: BundleEntry[] = [];
  readonly #paths = new Set<string>();
  readonly #problems: Problem[] = [];
  /** Path, digest and execute bit of each part. */
  readonly #parts: [string, string, boolean][] = [];
  #count = 0;
  #textBytes = 0;

  constructor(
    private readonly store: StoreFile,
    private readonly limits: UploadLimits,
  ) {}

  async readAll(archive: AsyncIterable<Entry>): Promise<void> {
    for await (const entry of archive) {
      this.#count += 1;
      if (this.#count > this.limits.entries) throw tooLarge(`It has more than ${this.limits.entries} entries.`);
      await this.#readEntry(entry);
    }
  }

  finish(): BundleUpload {
    if (this.#count === 0) throw notAnArchive(new Error('it is empty'));
    const parts = this.#parts.sort(([a], [b]) => byCodeUnit(a, b));
    return {
      entries: this.#entries,
      problems: this.#problems,
      digest: `sha256:${createHash('sha256').update(canonicalJson(parts)).digest('hex')}`,
    };
  }

  async #readEntry(entry: Entry): Promise<void> {
    const { name, type, mode, size = 0 } = entry.header;
    if (type === 'directory') return skip(entry);
    const path = name.replace(/^(\.\/)+/, '');
    const executable = ((mode ?? 0) & 0o111) !== 0;
    const irregular = type !== 'file' && type !== 'contiguous-file';
    const wanted = !irregular && pathFault(path) === null && !this.#paths.has(path);
    this.#paths.add(path);
    if (wanted && path.startsWith('files/')) {
      const stored = await this.store(entry);
      this.#parts.push([path, stored.digest, executable]);
      this.#entries.push({ path, ...stored, executable });
    } else if (wanted && isBundleText(path)) {
      const text = await this.#readText(entry, path, size);
      this.#parts.push([path, createHash('sha256').update(text).digest('hex'), false]);
      this.#entries.push({ path, text, size });
    } else {
      await skip(entry);
      this.#entries.push({ path, size, ...(irregular ? { irregular } : {}) });
    }
  }

  async #readText(entry: Entry, path: string, size: number): Promise<string> {
    this.#textBytes += size;
    if (this.#textBytes > this.limits.textBytes)
      throw tooLarge(`Its YAML files have more than ${this.limits.textBytes} bytes together.`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    } catch {
      this.#problems.push(
        problem('YAML_INVALID', {
          subject: `file ${path}`,
          summary: 'is not UTF-8 text',
          remedy: 'Save the file as UTF-8.',
          place: { file: path },
        }),
      );
      return '';
    }
  }
}

async function skip(entry: Entry): Promise<void> {
  for await (const _ of entry) continue;
}

/** The first bytes of a stream, and the stream with them put back. */
async function peek(body: Readable): Promise<{ first: Buffer; whole: Readable }> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let first = Buffer.alloc(0);
  while (first.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  async function* whole(): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  return { first, whole: Readable.from(whole(), { objectMode: false }) };
}

function bounded(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(tooLarge(`It has more than ${bytes} bytes.`));
      else done(null, chunk);
    },
  });
}

function isPrematureClose(error: unknown): boolean {
  return isNativeError(error) && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function tooLarge(summary: string): ProblemsError {
  return new ProblemsError([problem('UPLOAD_TOO_LARGE', { subject: 'the bundle', summary })]);
}

function notAnArchive(cause: unknown): ProblemsError {
  const detail = isNativeError(cause) ? cause.message : String(cause);
  return new ProblemsError([
    problem('UPLOAD_NOT_ARCHIVE', {
      subject: 'the bundle',
      summary: 'The body cannot be read as a tar archive, gzipped or not.',
      detail,
    }),
  ]);
}
