import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BundleKind } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { type BundleReference, routesOf } from './bundle-reference';

/** Writes the archive to a file, whole or not at all, and checks its digest. */
export async function downloadBundle(
  session: Session,
  kind: BundleKind,
  { name, version, text }: BundleReference,
  file = `${name}-${version}.tar.gz`,
): Promise<ExitCode> {
  const target = resolve(session.io.cwd, file);
  const { body, digest } = await routesOf(await session.client(), kind).download(name, version);
  const part = `${target}.part`;
  const hash = createHash('sha256');
  let size = 0;
  async function* measured(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  try {
    await pipeline(Readable.from(body), measured, createWriteStream(part, { flags: 'wx', mode: 0o644 }));
    const sum = hash.digest();
    if (digest !== `sha-256=:${sum.toString('base64')}:`)
      throw fileProblem(file, 'what arrived is not what the server announced', 'Try again.');
    await rename(part, target);
    const told = { kind, name, version, file, digest: `sha256:${sum.toString('hex')}`, size };
    session.answer(told, () => `${kind} ${text} is in ${file} (${size} bytes)\n`);
    return ExitCode.success;
  } catch (error) {
    const isOthers = isFileError(error) && error.code === 'EEXIST';
    if (!isOthers) await rm(part, { force: true });
    if (isFileError(error)) throw fileProblem(file, error.message);
    throw error;
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

function fileProblem(file: string, summary: string, remedy?: string): ProblemsError {
  const more = remedy === undefined ? {} : { remedy };
  return new ProblemsError([problem('LOCAL_FILE', { subject: `file ${file}`, summary, ...more, place: { file } })]);
}
