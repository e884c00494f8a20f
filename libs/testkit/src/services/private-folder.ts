import { access, chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ServiceUser } from './service-user';

/** A throw-away folder of one service, removed by `remove`. */
export interface PrivateFolder {
  readonly path: string;
  /** Makes a folder inside that belongs to `user` (0700). */
  inside(name: string, user?: ServiceUser | null): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a folder whose parents everyone may search, since a service may run as another user. Short: sockets live in it. */
export async function privateFolder(name: string): Promise<PrivateFolder> {
  const path = await mkdtemp(join(await searchableTemp(), `muster-${name}-`));
  await chmod(path, 0o755);
  return {
    path,
    inside: async (child, user) => {
      const made = join(path, child);
      await mkdir(made, { mode: 0o700 });
      if (user) await chown(made, user.uid, user.gid);
      return made;
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

async function searchableTemp(): Promise<string> {
  const wanted = tmpdir();
  for (let folder = wanted; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) break;
    if (folder === dirname(folder)) return wanted;
  }
  await access('/tmp');
  return '/tmp';
}
