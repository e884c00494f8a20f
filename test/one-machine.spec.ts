import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startSshd, type TestSshd } from '@muster/testkit';
import { stringify } from 'yaml';
import { musterJson } from './bed/muster';
import { ProductionBed } from './bed/production-bed';

jest.setTimeout(180_000);

const definitions = `
- { id: long, type: shell, role: [slow], parameters: { cmd: 'sleep 600' } }
- { id: short, type: shell, role: [quick], parameters: { cmd: 'echo done' } }
`;

describe('one machine with two host keys, under two names', () => {
  let bed: ProductionBed;
  let state: string;
  const doors: TestSshd[] = [];

  beforeAll(async () => {
    bed = await ProductionBed.open(1, 1);
    state = mkdtempSync('/var/tmp/muster-one-machine-');
    for (let door = 0; door < 2; door++)
      doors.push(await startSshd({ settings: { SetEnv: `MUSTER_STATE_DIR=${join(state, 'state')}` } }));
    expect(doors[0]?.hostKey).not.toBe(doors[1]?.hostKey);
    await bed.publish('both', { 'release.yaml': 'name: both\nversion: 1.0.0\n', 'tasks.yaml': definitions });
    await apply('first', { a: 0 }, 'slow');
    await apply('second', { b: 1 }, 'quick');
  });
  afterAll(async () => {
    await Promise.all(doors.map((door) => door.stop()));
    await bed?.close();
    rmSync(state, { recursive: true, force: true });
  });

  async function apply(cluster: string, nodes: Readonly<Record<string, number>>, role: string): Promise<void> {
    const described = Object.entries(nodes).map(([name, door]) => {
      const { address, port, user, hostKey, identityFile } = doors[door] as TestSshd;
      return [name, { address, port, user, hostKey, identityFile, roles: [role] }];
    });
    const text = stringify({ cluster, release: 'both@1.0.0', nodes: Object.fromEntries(described) });
    await musterJson(['cluster', 'apply', '-f', bed.write(`${cluster}.yaml`, text)], bed.env);
  }

  it('is refused to a second transaction, which hears who holds it, and is free after that', async () => {
    const holder = await bed.deploy('first');
    await bed.task(holder, 'long@a', 'running');
    const late = await bed.end(await bed.deploy('second'));
    expect(late.state).toBe('failed');
    expect(JSON.stringify(late.graphs[0]?.tasks['short@b']?.reason)).toContain(
      `NODE_SAME_MACHINE): node b is the machine of transaction ${holder} of cluster first`,
    );
    // It was left alone.
    expect((await bed.status(holder)).graphs[0]?.tasks['long@a']).toMatchObject({ state: 'running', attempts: 1 });
    expect((await bed.muster(['cancel', holder])).code).toBe(0);
    expect((await bed.end(holder)).state).toBe('cancelled');
    const free = await bed.end(await bed.deploy('second'));
    expect(free).toMatchObject({ state: 'succeeded' });
  });

  it('is known by then, and refused before anything is begun', async () => {
    const holder = await bed.deploy('first');
    await bed.task(holder, 'long@a', 'running');
    const { code, stderr } = await bed.muster(['deploy', 'second', '--wait']);
    expect([code, stderr]).toEqual([
      8,
      expect.stringMatching(
        new RegExp(`DEPLOY_NODE_CLAIMED[^]*transaction ${holder} of cluster first[^]*the same machine as node a`),
      ),
    ]);
    expect((await bed.muster(['cancel', holder])).code).toBe(0);
    expect((await bed.end(holder)).state).toBe('cancelled');
  });

  it('fails as one of two nodes of a cluster, and does its work as the other', async () => {
    await apply('twice', { c: 0, d: 1 }, 'quick');
    const { state, graphs } = await bed.end(await bed.deploy('twice'));
    expect(state).toBe('failed');
    const tasks = Object.values(graphs[0]?.tasks ?? {});
    expect(tasks.map((task) => task.state).sort()).toEqual(['failed', 'succeeded']);
    expect(JSON.stringify(tasks.find((task) => task.state === 'failed')?.reason)).toMatch(
      /NODE_SAME_MACHINE\): node [cd] is the machine of .*which knows the same machine as node [cd]/,
    );
  });
});
