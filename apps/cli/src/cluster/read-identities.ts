import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { type Place, problem, type Problem, ProblemsError } from '@muster/problems';
import { type KeyFault, keyFault } from './private-key';

/** A node that names a private key on this machine. */
export interface NamedIdentity {
  readonly node: string;
  readonly identityFile: string;
  /** Where it is named. */
  readonly place: Place;
}

const KEY_BYTES_MAX = 65_536;

/**
 * Private keys by node name. Paths are relative to `base`; `~` is the user's home.
 * Fails with `ProblemsError`, naming every key that cannot be used at once.
 */
export async function readIdentities(
  nodes: readonly NamedIdentity[],
  base: string,
  home: string,
): Promise<Readonly<Record<string, string>>> {
  const problems: Problem[] = [];
  const identities: Record<string, string> = {};
  for (const { node, identityFile, place } of nodes) {
    const file = identityPath(identityFile, base, home);
    const read = await readKey(file);
    if ('key' in read) identities[node] = read.key;
    else {
      const subject = `node ${node}`;
      if (read.fault) problems.push(problem('LOCAL_IDENTITY', { subject, summary: `${file} ${read.fault}`, place }));
      else
        problems.push(
          problem('LOCAL_FILE', { subject, summary: `the private key cannot be read: ${read.detail}`, place }),
        );
    }
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return identities;
}

/** The path that an `identityFile` means. */
export function identityPath(identityFile: string, base: string, home: string): string {
  if (identityFile === '~' || identityFile.startsWith('~/')) return join(home, identityFile.slice(1));
  return isAbsolute(identityFile) ? identityFile : resolve(base, identityFile);
}

const FAULTS: Readonly<Record<KeyFault, string>> = {
  'not-a-key': 'holds no private key',
  'public-key': 'holds a public key, the private one is needed',
  passphrase: 'is protected by a passphrase, and nobody is there to type it when tasks run',
};

async function readKey(
  file: string,
): Promise<{ key: string } | { fault: string; detail?: undefined } | { fault?: undefined; detail: string }> {
  try {
    const { size } = await stat(file);
    if (size > KEY_BYTES_MAX) return { fault: 'is too large for a private key' };
    const key = await readFile(file, 'utf8');
    const fault = keyFault(key);
    return fault ? { fault: FAULTS[fault] } : { key };
  } catch (error) {
    return { detail: (error as Error).message };
  }
}
