import { spawnSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedBed, temporaryFolder } from './testing/node-bed.testing';
import { nodePortContract } from './testing/node-port-contract.testing';

function whereIs(program: string): string {
  const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
  if (!found) throw new Error(`these tests need ${program}: apt-get install busybox util-linux`);
  return found;
}

nodePortContract('nodes that have busybox and nothing else', async () => {
  const busybox = whereIs('busybox');
  const programs = temporaryFolder();
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((applet) => applet !== '');
  for (const applet of applets) symlinkSync(busybox, join(programs, applet));
  // Debian's busybox leaves out this one.
  if (!applets.includes('flock')) symlinkSync(whereIs('flock'), join(programs, 'flock'));
  const bed = await embeddedBed({ PATH: programs });
  const close = async (): Promise<void> => {
    await bed.close();
    rmSync(programs, { recursive: true });
  };
  return { ...bed, shell: `${busybox} sh`, close };
});

nodePortContract('nodes whose sh is bash', async () => ({ ...(await embeddedBed()), shell: 'bash --posix' }));
