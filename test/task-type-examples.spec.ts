import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TASK_TYPES, TYPES_WITHOUT_WORK } from '@muster/model';
import { musterJson } from './bed/muster';
import { ProductionBed } from './bed/production-bed';
import { root } from './bed/root';

jest.setTimeout(240_000);

const page = readFileSync(join(root, 'docs/reference/task-types.md'), 'utf8');
const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text).join('');

describe('the examples of task types', () => {
  let bed: ProductionBed;
  beforeAll(async () => {
    bed = await ProductionBed.open(2, 1);
  });
  afterAll(() => bed?.close());

  it('has one for each type with work, but for those that only a machine of its own survives', () => {
    const missing = TASK_TYPES.filter((type) => !TYPES_WITHOUT_WORK.has(type) && !examples.includes(`type: ${type}\n`));
    expect(missing).toEqual(['erase_node', 'move_to_bootstrap']);
  });

  it('runs all of them as they stand there', async () => {
    const [app = '', control = ''] = bed.hosts.hosts.map(({ dataDir }) => dataDir);
    await bed.publish('examples', {
      'release.yaml': 'name: examples\nversion: 1.0.0\nroles: { app: {}, control: {} }\n',
      'tasks.yaml': examples.replaceAll('/srv/app', app).replaceAll('/srv/control', control),
      'files/tools/version.sh': `printf '{"version": "1.2.3"}'\n`,
      'files/site/index.html': '<p>hello</p>\n',
      'files/manifests/motd.pp': `file { '${app}/motd': content => "$app\\n" }\n`,
      'files/play/site.yml': `- hosts: all\n  gather_facts: false\n  tasks: [{ copy: { content: "{{ word }}", dest: ${app}/played } }]\n`,
    });
    const driver = { type: 'commands', commands: { provision: 'grep -q debian-12 "$MUSTER_PARAMETERS"' } };
    const more = { master: 'host2', allow: ['master_shell'], driver };
    await bed.apply('examples', 'examples@1.0.0', { host1: ['app'], host2: ['control'] }, more);
    const { transaction } = await musterJson<{ transaction: string }>(['deploy', 'examples'], bed.env);
    const { graphs } = await bed.end(transaction);
    const reboots = bed.hosts.kind === 'namespace';
    const bad = Object.entries(graphs[0]?.tasks ?? {})
      // A host in name only cannot reboot.
      .filter(([task, { state }]) => state !== 'succeeded' && (reboots || task !== 'boot@host1'))
      .map(([task, { state, reason }]) => `${task} ${state}: ${String(reason)}`);
    expect(bad).toEqual([]);
    const file = (path: string): string => readFileSync(join(app, path), 'utf8');
    expect([file('www/version'), file('keys/app.pub'), file('mirror/index.html')]).toEqual([
      '1.2.3',
      'key\n',
      '<p>hello</p>\n',
    ]);
    expect([file('motd'), file('played')]).toEqual(['demo\n', 'hello']);
    expect(readFileSync(join(control, 'known'), 'utf8')).toBe('host1\n');
    expect(graphs[0]?.tasks['check@host1']?.summary).toBe('1 of 2 checks passed; failed: room (warning)');
  });
});
