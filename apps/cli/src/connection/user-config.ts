import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isJsonObject } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { Io } from '../io/io';

export interface UserConfig {
  readonly server?: string;
  readonly token?: string;
  readonly project?: string;
  /** Of a sign-in by OpenID Connect: what `token` can be renewed with. */
  readonly issuer?: string;
  readonly clientId?: string;
  readonly refreshToken?: string;
}

const KEYS: readonly (keyof UserConfig)[] = ['server', 'token', 'project', 'issuer', 'clientId', 'refreshToken'];

export function userConfigPath(io: Io): string {
  return join(io.env['XDG_CONFIG_HOME'] || join(io.home, '.config'), 'muster', 'config.yaml');
}

/** The user's own configuration; empty when there is none. Fails with `ProblemsError` when it cannot be understood. */
export async function readUserConfig(io: Io): Promise<UserConfig> {
  const file = userConfigPath(io);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadable(file, String(error));
  }
  let value: unknown;
  // Loaded only here: it is the slowest part of a start, and most have no such file.
  const { parse } = await import('yaml');
  try {
    value = parse(text) ?? {};
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
  if (!isJsonObject(value)) throw unreadable(file, `a mapping with some of the keys ${KEYS.join(', ')} is expected`);
  const wrong = Object.keys(value).filter(
    (key) => !KEYS.includes(key as keyof UserConfig) || typeof value[key] !== 'string',
  );
  if (wrong.length > 0)
    throw unreadable(file, `only ${KEYS.join(', ')}, all text, are expected; found ${wrong.join(', ')}`);
  return value;
}

/**
 * Changes keys of the user's own configuration, null taking one out; the others stay. Written beside and moved into place, readable by
 * its owner alone, since it holds a token.
 */
export async function writeUserConfig(
  io: Io,
  change: { readonly [K in keyof UserConfig]?: string | null },
): Promise<void> {
  const file = userConfigPath(io);
  const changed = { ...(await readUserConfig(io)), ...change };
  const kept = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== null));
  const { stringify } = await import('yaml');
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const beside = `${file}.${process.pid}`;
    writeFileSync(beside, stringify(kept), { mode: 0o600 });
    renameSync(beside, file);
  } catch (error) {
    throw unreadable(file, `it cannot be written: ${(error as Error).message}`);
  }
}

function unreadable(file: string, summary: string): ProblemsError {
  return new ProblemsError([
    problem('LOCAL_FILE', {
      subject: 'user configuration',
      summary,
      remedy: 'Correct the file or remove it.',
      place: { file },
    }),
  ]);
}
