import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { problem, ProblemsError } from '@muster/problems';
import type { Io } from '../io/io';
import { readUserConfig, type UserConfig, userConfigPath } from './user-config';

export interface ServerAddress {
  readonly server: string;
  /** Null: none was found; the server will say so. */
  readonly token: string | null;
  /** Absent: the server's default one. */
  readonly project?: string;
  /** The token is that of a sign-in which can be renewed. */
  readonly isSignIn?: true;
}

export const DEFAULT_SERVER = 'http://127.0.0.1:7070';

/**
 * Where the server is and with which token to ask it. First found wins, for the address: option, MUSTER_SERVER, user
 * configuration, default; for the token: option, MUSTER_TOKEN, `admin-token` in the data folder, user configuration; for
 * the project: option, MUSTER_PROJECT, user configuration.
 * Fails with `ProblemsError` on an address that is none.
 */
export async function serverAddress(
  io: Io,
  options: { readonly server?: string; readonly token?: string; readonly project?: string },
): Promise<ServerAddress> {
  const given = options.server ?? nonEmpty(io.env['MUSTER_SERVER']);
  const config = await readUserConfig(io);
  const server = given ?? config.server ?? DEFAULT_SERVER;
  if (!isHttpUrl(server)) {
    const origin = options.server ? '--server' : given ? 'MUSTER_SERVER' : userConfigPath(io);
    throw new ProblemsError([
      problem('LOCAL_USAGE', {
        subject: origin,
        summary: `"${server}" is not an address of the form http://host:port`,
        remedy: 'Correct the address.',
      }),
    ]);
  }
  const project = options.project ?? nonEmpty(io.env['MUSTER_PROJECT']) ?? config.project;
  const token = tokenFor(io, options, config, given === undefined && config.server !== undefined, server);
  const isSignIn = token !== null && token === config.token && config.refreshToken !== undefined;
  return { server, token, ...(project === undefined ? {} : { project }), ...(isSignIn ? { isSignIn } : {}) };
}

function tokenFor(
  io: Io,
  options: { readonly token?: string },
  config: UserConfig,
  isConfigured: boolean,
  server: string,
): string | null {
  const explicit = options.token ?? nonEmpty(io.env['MUSTER_TOKEN']);
  if (explicit !== undefined) return explicit;
  // A token kept beside an address is meant for that address.
  if (isConfigured && config.token !== undefined) return config.token;
  return adminToken(io, server) ?? config.token ?? null;
}

/** The token that a server on this machine left in its data folder. */
function adminToken(io: Io, server: string): string | undefined {
  const named = nonEmpty(io.env['MUSTER_DATA_DIR']);
  // An administrator's token found by chance in the current folder is not sent to other machines.
  if (named === undefined && !isLoopback(server)) return undefined;
  const folder = named ?? '.muster';
  try {
    return nonEmpty(
      readFileSync(join(isAbsolute(folder) ? folder : resolve(io.cwd, folder), 'admin-token'), 'utf8').trim(),
    );
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isLoopback(server: string): boolean {
  const { hostname } = new URL(server);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
