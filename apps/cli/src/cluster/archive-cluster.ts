import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { problem, ProblemsError } from '@muster/problems';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { tellMade } from './edit-cluster';

/** What the server takes at most. */
const ARCHIVE_BYTES_MAX = 256 * 1024 * 1024;

/** Writes a cluster with its bundles to a file; one that is cut off leaves nothing there. */
export async function archiveCluster(session: Session, name: string, file = `${name}.tar.gz`): Promise<ExitCode> {
  const target = resolve(session.io.cwd, file);
  const part = `${target}.part`;
  const { body } = await (await session.client()).clusters.archive(name);
  try {
    await pipeline(Readable.from(body), createWriteStream(part, { mode: 0o600 }));
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw fileProblem(file, error);
  }
  session.answer({ cluster: name, file }, () => `cluster ${name} is in ${file}; its secrets are not\n`);
  return ExitCode.success;
}

export async function importCluster(
  session: Session,
  { acceptHostKeys, reason, as }: { readonly acceptHostKeys?: boolean; readonly reason?: string; readonly as?: string },
  file: string,
): Promise<ExitCode> {
  const path = resolve(session.io.cwd, file);
  const bytes = await readArchive(path, file);
  const options = {
    ...(acceptHostKeys ? { acceptHostKeys } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(as === undefined ? {} : { as }),
  };
  return tellMade(session, await (await session.client()).clusters.import(bytes, options));
}

async function readArchive(path: string, file: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size > ARCHIVE_BYTES_MAX) throw new Error('it is too large');
    return await readFile(path);
  } catch (error) {
    throw fileProblem(file, error);
  }
}

function fileProblem(file: string, error: unknown): ProblemsError {
  return new ProblemsError([problem('LOCAL_FILE', { subject: `file ${file}`, summary: (error as Error).message })]);
}
