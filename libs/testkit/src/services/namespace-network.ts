import { randomInt } from 'node:crypto';
import { isAlive } from './process-tree';
import { runProgram, tryProgram } from './run-program';
import { isRoot } from './service-user';

/** A bridge of our own with a /24 of which our side is .1. */
export interface NamespaceNetwork {
  readonly bridge: string;
  /** Name of the namespace of host number `n`, which also begins the name of its link. */
  namespace(n: number): string;
  address(n: number): string;
  remove(): Promise<void>;
}

/** True if this machine lets us make namespaces of the kinds that hosts need. */
export async function canUseNamespaces(): Promise<boolean> {
  if (!isRoot()) return false;
  const probe = `mup${process.pid}`;
  if ((await tryProgram(['ip', 'netns', 'add', probe])).code !== 0) return false;
  const script = 'mount -t proc proc /proc && mount -t tmpfs tmpfs /run && ip link set lo up';
  const unshare = ['unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '/bin/sh', '-c', script];
  const works = await tryProgram(['ip', 'netns', 'exec', probe, ...unshare]);
  const bridge = await tryProgram(['ip', 'link', 'add', `${probe}b`, 'type', 'bridge']);
  await tryProgram(['ip', 'link', 'del', `${probe}b`]);
  await tryProgram(['ip', 'netns', 'del', probe]);
  return works.code === 0 && bridge.code === 0;
}

/** Makes the bridge. First removes what runs that were killed have left: its alias says which process made it. */
export async function createNamespaceNetwork(): Promise<NamespaceNetwork> {
  await removeLeftovers();
  // By chance: one process runs many suites, each with its own modules, and one of them may leave its bridge behind.
  const id = `mu${randomInt(36 ** 5, 36 ** 6).toString(36)}`;
  const bridge = `${id}b`;
  const subnet = `10.${randomInt(128, 255)}.${randomInt(0, 255)}`;
  await runProgram(['ip', 'link', 'add', bridge, 'type', 'bridge']);
  await runProgram(['ip', 'addr', 'add', `${subnet}.1/24`, 'dev', bridge]);
  await runProgram(['ip', 'link', 'set', bridge, 'alias', `${ownerMark}${process.pid}`, 'up']);
  return {
    bridge,
    namespace: (n) => `${id}h${n}`,
    address: (n) => `${subnet}.${10 + n}`,
    remove: async () => void (await runProgram(['ip', 'link', 'del', bridge])),
  };
}

const ownerMark = 'muster-test ';

async function removeLeftovers(): Promise<void> {
  const links = JSON.parse((await runProgram(['ip', '-json', 'link', 'show', 'type', 'bridge'])) || '[]') as {
    ifname: string;
    ifalias?: string;
  }[];
  for (const { ifname, ifalias = '' } of links) {
    if (!ifalias.startsWith(ownerMark) || (await isAlive(Number(ifalias.slice(ownerMark.length))))) continue;
    const id = ifname.slice(0, -1);
    const names = (await runProgram(['ip', 'netns', 'list'])).split('\n').map((line) => line.split(' ')[0] ?? '');
    for (const name of names) if (name.startsWith(`${id}h`)) await tryProgram(['ip', 'netns', 'del', name]);
    await tryProgram(['ip', 'link', 'del', ifname]);
  }
}
