import { readFile } from 'node:fs/promises';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { TlsFiles } from './server-config';

/** What the files hold: PEM. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Reads the files named; undefined if there are none. Fails with `ProblemsError` (`CONFIG_INVALID`) for those that cannot be read. */
export async function readTls(files: TlsFiles, of: string): Promise<Tls | undefined> {
  const problems: Problem[] = [];
  const read: Record<string, string> = {};
  for (const [part, file] of Object.entries(files) as [keyof TlsFiles, string | null][]) {
    if (file === null) continue;
    const subject = `MUSTER_${of}_${part.toUpperCase()}`;
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      problems.push(problem('CONFIG_INVALID', { subject, summary: String(error), place: { file } }));
      return null;
    });
    if (text === null) continue;
    if (text.includes('-----BEGIN ')) read[part] = text;
    else problems.push(problem('CONFIG_INVALID', { subject, summary: 'It is no PEM file.', place: { file } }));
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return Object.keys(read).length === 0 ? undefined : read;
}
