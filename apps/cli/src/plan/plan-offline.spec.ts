import { join } from 'node:path';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

const examples = join(__dirname, '../../../../examples');
const tasks = (text: string) => ({ 'tasks.yaml': text });
const cluster = 'cluster: c\nnodes:\n  "1": { roles: [r] }\n';
const offline = (files: Record<string, string>, more = '') => {
  const folder = temporaryFolder({
    'cluster.yaml': cluster,
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`b/${path}`, text])),
  });
  return muster(`plan --offline --bundle b --cluster-file cluster.yaml ${more}`, { cwd: folder });
};

describe('planning offline', () => {
  it.each(['web-cluster', 'postgres-ha'])('plans the example %s the same way each time', async (name) => {
    const line = `plan --offline --bundle ${name} --cluster-file ${name}/cluster.yaml -o json`;
    const one = await muster(line, { cwd: examples });
    expect(one).toMatchObject({ code: 0, err: '' });
    expect(await muster(line, { cwd: examples })).toEqual(one);
    const plan = JSON.parse(one.out) as { digest: string; tasks: { task: string; limit: number | null }[] };
    expect(plan.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const limit = (task: string) => plan.tasks.find((it) => it.task === task)?.limit;
    if (name === 'web-cluster') expect(limit('app-update@app2')).toBe(1);
    else expect(limit('replica-join@pg4')).toBe(2);
  });

  it('gives another digest where something succeeded before, and the same one raw', async () => {
    const text = `- { id: a, type: shell, role: [r], inputs: { x: { yaql_exp: $.uid } }, parameters: { cmd: x } }
- { id: b, type: shell, role: [r], parameters: { cmd: x }, cross-depends: [{ name: a, role: [r] }] }
`;
    const many = `cluster: c\nnodes:\n${[1, 2, 3, 4].map((it) => `  "${it}": { roles: [r] }\n`).join('')}`;
    const folder = temporaryFolder({
      'cluster.yaml': many,
      'before.yaml': many,
      'other.yaml': many.replace('roles: [r] }', 'roles: [r], settings: { y: 1 } }'),
      'b/tasks.yaml': text,
    });
    const digestWith = async (more: string): Promise<string> => {
      const line = `plan --offline --bundle b --cluster-file cluster.yaml -o json ${more}`;
      const { code, out } = await muster(line, { cwd: folder });
      expect(code).toBe(0);
      return (JSON.parse(out) as { digest: string }).digest;
    };
    const first = await digestWith('');
    const again = await digestWith('--previous before.yaml');
    const others = [again, await digestWith('--previous other.yaml'), await digestWith('--force')];
    expect(new Set([first, ...others]).size).toBe(4);
    expect(await digestWith('--raw')).toBe(first);
    expect(await digestWith('--raw --previous before.yaml')).toBe(again);
  });

  it('needs no manifest', async () => {
    const { code, out } = await offline(
      tasks('- { id: a, type: shell, role: [r], parameters: { cmd: echo } }\n'),
      '-o json',
    );
    expect(code).toBe(0);
    expect((JSON.parse(out) as { tasks: { task: string }[] }).tasks.map((it) => it.task)).toEqual(['a@1']);
  });

  it('tells a cycle with its path, on stdout and for people', async () => {
    const { code, out, err } = await offline(
      tasks(
        '- { id: a, type: shell, role: [r], requires: [b], parameters: { cmd: x } }\n- { id: b, type: shell, role: [r], requires: [a], parameters: { cmd: x } }\n',
      ),
      '-o json',
    );
    expect(code).toBe(1);
    const { problems } = JSON.parse(out) as { problems: { code: string }[] };
    const cycle = problems.find((it) => it.code === 'PLAN_CYCLE');
    expect(JSON.stringify(cycle)).toMatch(/a@1.*b@1|b@1.*a@1/);
    expect(err).toContain('PLAN_CYCLE');
  });

  it('tells the mistakes of all files at once, and in whose folder each file is', async () => {
    const folder = temporaryFolder({
      'cluster.yaml': 'cluster: "no name"\nnodes: {}\n',
      'a/tasks.yaml': '- { id: x }\n',
      'b/plugin.yaml': 'name: 7 7\n',
    });
    const { code, out } = await muster('plan --offline --bundle a --bundle b --cluster-file cluster.yaml -o json', {
      cwd: folder,
    });
    expect(code).toBe(1);
    const { problems } = JSON.parse(out) as { problems: { place?: { file?: string } }[] };
    expect(new Set(problems.map((it) => it.place?.file))).toEqual(
      new Set(['cluster.yaml', 'a/tasks.yaml', 'b/plugin.yaml']),
    );
  });

  it('takes exactly one release', async () => {
    const release = (name: string) => `name: ${name}\nversion: 1.0.0\n`;
    const folder = temporaryFolder({
      'cluster.yaml': cluster,
      'a/release.yaml': release('a'),
      'b/release.yaml': release('b'),
    });
    const { code, err } = await muster('plan --offline --bundle a --bundle b --cluster-file cluster.yaml', {
      cwd: folder,
    });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('2 are releases: a, b') as string });
  });

  describe('with a cluster file that names release and plugins', () => {
    const release = 'name: rel\nversion: 1.2.0\n';
    const plugin = (version: string, releases = 'rel@^1.0.0') =>
      `name: plug\nversion: ${version}\nreleases: ["${releases}"]\n`;
    const problemsOf = async (command: string, file: string, files: Record<string, string>) => {
      const cwd = temporaryFolder({ 'cluster.yaml': `${cluster}${file}\n`, 'r/tasks.yaml': '', ...files });
      const bundles = Object.keys(files).some((path) => path.startsWith('p/')) ? '--bundle r --bundle p' : '--bundle r';
      const { code, out } = await muster(`${command} ${bundles} --cluster-file cluster.yaml -o json`, { cwd });
      const { problems = [] } = JSON.parse(out) as { problems?: { code: string; summary: string; severity: string }[] };
      const errors = problems.filter(({ severity }) => severity === 'error');
      expect(code).toBe(errors.length > 0 ? 1 : 0);
      return errors.map((it) => `${it.code} ${it.summary}`);
    };

    describe.each(['plan --offline', 'simulate'])('%s', (command) => {
      it.each([
        ['release: rel@1.2.0', { 'r/release.yaml': release }],
        ['', { 'r/release.yaml': release }],
        ['release: any@7.0.0', {}],
        ['release: rel@1.2.0\nplugins: [plug@2.0.0]', { 'r/release.yaml': release, 'p/plugin.yaml': plugin('2.0.0') }],
        ['', { 'r/release.yaml': release, 'p/plugin.yaml': plugin('2.0.0') }],
        ['release: rel@1.2.0\nplugins: [plug@2.0.0]', { 'p/plugin.yaml': plugin('2.0.0') }],
        ['', { 'p/plugin.yaml': plugin('2.0.0') }],
      ])('takes bundles that are those, or that nothing is said of: %j', async (file, files) => {
        expect(await problemsOf(command, file, files)).toEqual([]);
      });

      it.each<[string, Record<string, string>, RegExp[]]>([
        ['release: rel@1.3.0', { 'r/release.yaml': release }, [/OTHER_BUNDLE names the release rel@1.3.0.*rel@1.2.0/]],
        ['release: els@1.2.0', { 'r/release.yaml': release }, [/OTHER_BUNDLE names the release els@1.2.0.*rel@1.2.0/]],
        [
          'release: rel@1.2.0\nplugins: [plug@2.0.0]',
          { 'r/release.yaml': release },
          [/OTHER_BUNDLE names the plugin plug@2.0.0, and no bundle/],
        ],
        [
          'release: rel@1.3.0\nplugins: [plug@2.1.0, more@1.0.0]',
          { 'r/release.yaml': release, 'p/plugin.yaml': plugin('2.0.0') },
          [/release rel@1.3.0/, /plugin plug@2.1.0.*plug@2.0.0/, /plugin more@1.0.0, and no bundle/],
        ],
        [
          'plugins: [more@1.0.0]',
          { 'r/release.yaml': release, 'p/plugin.yaml': plugin('2.0.0') },
          [/plugin more@1.0.0/, /does not name the plugin plug@2.0.0/],
        ],
        [
          'release: rel@1.2.0',
          { 'r/release.yaml': release, 'p/plugin.yaml': plugin('2.0.0', 'rel@^2.0.0') },
          [/PLUGIN_INCOMPATIBLE is made for rel@\^2/],
        ],
        [
          'release: rel@1.2.0',
          { 'p/plugin.yaml': plugin('2.0.0', 'rel@^2.0.0') },
          [/PLUGIN_INCOMPATIBLE is made for rel@\^2/],
        ],
      ])('refuses others: %j', async (file, files, errors) => {
        expect(await problemsOf(command, file, files)).toEqual(
          errors.map((each) => expect.stringMatching(each) as string),
        );
      });
    });
  });

  it('tells what is odd about the files on both streams', async () => {
    const { code, out, err } = await offline(
      tasks('- { id: a, type: shell, role: [r], rle: 1, parameters: { cmd: x } }\n'),
      '-o json',
    );
    expect(code).toBe(0);
    const { problems } = JSON.parse(out) as { problems: { code: string }[] };
    expect(problems.map((it) => it.code)).toEqual(['BUNDLE_UNKNOWN_KEY']);
    expect(err.match(/BUNDLE_UNKNOWN_KEY/g)).toHaveLength(1);
  });

  it('warns of a plugin that a file with a release does not name', async () => {
    const folder = temporaryFolder({
      'cluster.yaml': `cluster: c\nrelease: a@1.0.0\nnodes:\n  "1": { roles: [r] }\n`,
      'a/release.yaml': 'name: a\nversion: 1.0.0\n',
      'a/tasks.yaml': '- { id: a, type: shell, role: [r], parameters: { cmd: x } }\n',
      'p/plugin.yaml': 'name: p\nversion: 1.0.0\nreleases: ["a@^1.0.0"]\n',
    });
    const { code, err } = await muster('plan --offline --bundle a --bundle p --cluster-file cluster.yaml', {
      cwd: folder,
    });
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining('does not name the plugin p@1.0.0') as string,
    });
  });
});
