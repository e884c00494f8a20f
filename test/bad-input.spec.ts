import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ProductionBed } from './bed/production-bed';
import { SilentListener } from './bed/silent-listener';

jest.setTimeout(240_000);

const tasks = `
- { id: good, type: shell, role: [good], parameters: { cmd: 'echo fine' } }
- { id: exits, type: shell, role: [exits], parameters: { cmd: 'echo before; exit 7' } }
- { id: outlives, type: shell, role: [outlives], timeout: 2, parameters: { cmd: 'echo $$ > ~/pid; sleep 600; echo survived > ~/survived' } }
`;

describe('explore', () => {
  let bed: ProductionBed;
  beforeAll(async () => {
    bed = await ProductionBed.open(2, 1);
    await bed.publish('loads', { 'release.yaml': 'name: loads\nversion: 1.0.0\nroles: { good: {}, exits: {}, outlives: {} }\n', 'tasks.yaml': tasks });
  });
  afterAll(() => bed?.close());
  const out: string[] = [];
  const show = async (words: string[], env: Record<string, string> = {}) => {
    const t = Date.now();
    const r = await bed.muster(words);
    const j = await bed.muster([...words, '-o', 'json']);
    out.push(`$ ${words.join(' ')}\n=> ${r.code}/${j.code} ${Date.now() - t}ms\nOUT ${r.stdout.slice(0, 1500)}\nERR ${r.stderr.slice(0, 2500)}\nJSON ${j.stdout.slice(0, 3000)}\nJERR ${j.stderr.slice(0, 300)}\n`);
    writeFileSync('/tmp/explore.txt', out.join('\n'));
    return j;
  };
  const nodes = (over: object = {}) => {
    const [a, b] = bed.hosts.hosts;
    const n = ({ address, port, user, identityFile, hostKey, stateDir }: any, roles: string[]) => ({ address, port, user, identityFile, hostKey, stateDir, roles });
    return { host1: n(a, ['good']), host2: n(b, ['good']), ...over };
  };
  it('x', async () => {
    const [h1, h2] = bed.hosts.hosts as any;
    const w = (name: string, o: object | string) => bed.write(name, typeof o === 'string' ? o : stringify(o));
    const cl = (n: object, more = {}) => ({ cluster: 'hosts', release: 'loads@1.0.0', ...more, nodes: n });
    await show(['cluster', 'apply', '-f', w('good.yaml', cl(nodes()))]);
    await show(['cluster', 'apply', '-f', w('malformed.yaml', 'cluster: hosts\nrelease: loads@1.0.0\nnodes:\n  host1: { address: [\n')]);
    await show(['cluster', 'apply', '-f', w('unknown.yaml', cl(nodes(), { release: 'lodas@1.0.0' }))]);
    await show(['cluster', 'apply', '-f', w('several.yaml', `cluster: "bad name"\nrelease: nonsense\nnodes:\n  sync: {}\n  a: { port: eighty, adress: x, roles: good }\n`)]);
    await show(['cluster', 'apply', '-f', w('several2.yaml', `cluster: hosts\nrelease: lodas@1.0.0\nplugins: [none@1.0.0]\nnodes:\n  host1: {roles: [good]}\n`)]);
    const { hostKey, ...noKey } = nodes().host1;
    await show(['cluster', 'apply', '-f', w('nokey.yaml', { cluster: 'other', release: 'loads@1.0.0', nodes: { fresh: noKey } })]);
    await show(['cluster', 'list']);
    await show(['cluster', 'apply', '--accept-host-keys', '-f', w('nokey.yaml', { cluster: 'other', release: 'loads@1.0.0', nodes: { fresh: noKey } })]);
    await show(['cluster', 'apply', '-f', w('wrongkey.yaml', cl(nodes({ host2: { ...nodes().host2, hostKey: h1.hostKey } })))]);
    const d = await show(['deploy', 'hosts', '--wait']);
    const t = (j: any) => JSON.parse(j.stdout.split('\n')[0]).transaction;
    await show(['status', t(d)]);
    await show(['why', t(d), 'good@host2']);
    await show(['cluster', 'apply', '-f', w('exits.yaml', cl(nodes({ host2: { ...nodes().host2, roles: ['exits'] } })))]);
    const e = await show(['deploy', 'hosts', '--wait']);
    await show(['status', t(e)]);
    await show(['cluster', 'apply', '-f', w('outl.yaml', cl(nodes({ host2: { ...nodes().host2, roles: ['outlives'] } })))]);
    const f = await show(['deploy', 'hosts', '--wait']);
    await show(['status', t(f)]);
    const s = await SilentListener.open();
    await show(['cluster', 'apply', '-f', w('silent.yaml', cl({ host1: nodes().host1, silent: { ...nodes().host2, address: '127.0.0.1', port: s.port } }))]);
    const g = await show(['deploy', 'hosts', '--wait']);
    await show(['status', t(g)]);
    await show(['node', 'inspect', 'silent']);
    await s.close();
    for (const [n, y] of [
      ['cycle', '- { id: a, type: shell, role: [x], requires: [c], parameters: { cmd: x } }\n- { id: b, type: shell, role: [x], requires: [a], parameters: { cmd: x } }\n- { id: c, type: shell, role: [x], requires: [b], parameters: { cmd: x } }\n'],
      ['malf', '- id: a\n  type: shell\n  role: [x\n- id: b\n'],
      ['bad', '- { id: a, type: shel, role: [x], onFailure: maybe, timeout: soon }\n- { type: shell }\n- { id: a, type: upload_file, parameters: { path: /x, file: nofile }}\n'],
    ] as const) {
      w(`${n}/release.yaml`, `name: ${n}\nversion: 1.0.0\nroles: { x: {} }\n`);
      w(`${n}/tasks.yaml`, y);
      await show(['release', 'publish', join(bed.folder.path, n)]);
    }
    await show(['cluster', 'apply', '-f', w('cyc.yaml', cl({ host1: { ...nodes().host1, roles: ['x'] } }, { release: 'cycle@1.0.0' }))]);
    await show(['plan', 'hosts']);
    await show(['deploy', 'hosts', '--wait']);
    await show(['deploy', 'hsts', '--wait']);
    await show(['deploy', 'hosts', '--wiat']);
    await show(['deploy', 'hosts', '--token', 'wrong']);
    await show(['deploy', 'hosts', '--server', 'http://127.0.0.1:1']);
    w('big/release.yaml', 'name: big\nversion: 1.0.0\nroles: { x: {} }\n');
    w('big/tasks.yaml', '- { id: a, type: copy_files, role: [good], parameters: { files: [{ src: big.bin, dst: /tmp/never-x }] } }\n');
    w('big/files/big.bin', 'x'.repeat(50 * 1024 * 1024));
    await show(['release', 'publish', join(bed.folder.path, 'big')]);
    w('bigy/release.yaml', 'name: bigy\nversion: 1.0.0\nroles: { x: {} }\n');
    w('bigy/tasks.yaml', '# comment comment comment\n'.repeat(2 * 1024 * 1024));
    await show(['release', 'publish', join(bed.folder.path, 'bigy')]);
    await show(['cluster', 'show', 'hosts']);
  });
});
