import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { lockFolder } from './folder-lock';
import { openPglite } from './open-pglite';
import { PgliteServer } from './pglite-server';
import { makePrivateFolder } from './private-data-folder';

/** Longest path that a unix socket can have on every system that we run on, the end mark included. */
const SOCKET_PATH_MAX = 104;
/** PostgreSQL clients find a socket by its folder and this name. */
const SOCKET_NAME = '.s.PGSQL.5432';

/** A database in this process, kept on disk. */
export interface EmbeddedDatabase {
  /** Folder of the socket: a client's `host`. */
  readonly host: string;
  /** Cuts connections, writes everything down, and frees the folder. */
  close(): Promise<void>;
}

/** Opens the database in `folder`, made if need be; nobody but this user can reach it. Fails with `ProblemsError`. */
export async function openEmbeddedDatabase(folder: string): Promise<EmbeddedDatabase> {
  const root = resolve(folder);
  await makePrivateFolder(root);
  const inFolder = join(root, SOCKET_NAME);
  // A folder deep down has no room for a socket; then it stands in a private folder of its own.
  const isShort = Buffer.byteLength(inFolder) < SOCKET_PATH_MAX;
  const unlock = await lockFolder(root, inFolder);
  const socket = isShort ? inFolder : join(await mkdtemp(join(tmpdir(), 'muster-')), SOCKET_NAME);
  try {
    const db = await openPglite(join(root, 'pgdata'));
    const server = await PgliteServer.listen(db, socket);
    return {
      host: dirname(socket),
      close: async () => {
        await server.close();
        await db.close();
        if (!isShort) await rm(dirname(socket), { recursive: true, force: true });
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
