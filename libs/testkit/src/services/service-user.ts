import { tryProgram } from './run-program';

/** The system user that a service runs as when we are root, which PostgreSQL and RabbitMQ refuse to be. */
export interface ServiceUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** True if this process is root. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The first of `names` that exists on this machine; null when we are not root and run services as ourselves. */
export async function serviceUser(...names: readonly string[]): Promise<ServiceUser | null> {
  if (!isRoot()) return null;
  for (const name of names) {
    const uid = await tryProgram(['id', '-u', name]);
    const gid = await tryProgram(['id', '-g', name]);
    if (uid.code === 0 && gid.code === 0) return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(`none of the users ${names.join(', ')} exists; as root a service needs one of them to run as`);
}

/**
 * What stands before a command line so that it runs as `user` (null: as we do) and dies with us, even if we are killed.
 * Empty where setpriv is missing and no other user is needed.
 */
export async function runAs(user: ServiceUser | null, deathSignal = 'KILL'): Promise<string[]> {
  const setpriv = (await tryProgram(['setpriv', '--version'])).code === 0;
  if (!setpriv && user === null) return [];
  if (!setpriv) throw new Error('as root, services need setpriv to run as another user: install util-linux');
  const identity = user ? ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'] : [];
  return ['setpriv', ...identity, '--pdeathsig', deathSignal];
}
