import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { TlsFiles } from './server-config';

/** What the files hold: PEM. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * Reads the files named; undefined if there are none. Fails with `ProblemsError` (`CONFIG_INVALID`) for those that cannot be
 * read, are not what they should be, or are a certificate and the key of another: all of them at once.
 */
export async function readTls(files: TlsFiles, of: string): Promise<Tls | undefined> {
  const problems: Problem[] = [];
  const read: Record<string, string> = {};
  const refuse = (part: keyof TlsFiles, summary: string): void => {
    const place = { file: files[part] ?? '' };
    problems.push(problem('CONFIG_INVALID', { subject: `MUSTER_${of}_${part.toUpperCase()}`, summary, place }));
  };
  for (const [part, file] of Object.entries(files) as [keyof TlsFiles, string | null][]) {
    if (file === null) continue;
    const text = await readFile(file, 'utf8').catch((error: unknown) => refuse(part, String(error)));
    if (text === undefined) continue;
    if (part === 'key' ? isKey(text) : isCertificate(text)) read[part] = text;
    else
      refuse(
        part,
        part === 'key' ? 'It is no private key in PEM without a passphrase.' : 'It is no certificate in PEM.',
      );
  }
  if (read['cert'] && read['key'] && !new X509Certificate(read['cert']).checkPrivateKey(createPrivateKey(read['key'])))
    refuse('key', 'It is the private key of another certificate.');
  if (problems.length > 0) throw new ProblemsError(problems);
  return Object.keys(read).length === 0 ? undefined : read;
}

function isKey(text: string): boolean {
  return succeeds(() => createPrivateKey(text));
}

function isCertificate(text: string): boolean {
  return succeeds(() => new X509Certificate(text));
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
