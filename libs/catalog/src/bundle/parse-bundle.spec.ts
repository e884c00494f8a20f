import { bundleOf, MANIFEST, parsed, shown } from '../catalog.testing';
import { BUNDLE_LIMITS, isBundleText } from './bundle-entry';
import { parseBundle } from './parse-bundle';

const task = (id: string): string => `- {id: ${id}, type: shell, parameters: {cmd: "true"}}\n`;

describe('a bundle', () => {
  it('is what its folder says: manifest, graphs by type in path order, files', () => {
    const bundle = bundleOf({
      'release.yaml': `name: pg-ha
version: 1.0.0
title: PostgreSQL with replicas
extends: base@^1.0.0
roles:
  replica: { tags: [replica], hasPrimary: false, order: 10, mode: concurrent, min: 0, max: 50, concurrency: 2, faultTolerance: "10%", ramp: { steps: [1] }, conflicts: [primary] }
  primary:
tags: { replica: { hasPrimary: true } }
settings: { type: object, properties: { port: { type: integer, default: 5432 } } }
sequences: { deploy-changes: [verify, default] }
`,
      'tasks/b.yaml': task('b'),
      'tasks/a/z.yaml': task('z'),
      'tasks.yaml': task('t'),
      'graphs/verify/graph.yaml': 'on_success: {x: 1}',
      'graphs/verify/one.yaml': task('v'),
      'files/conf/x': 'abc',
      'README.md': '# not read',
    });
    expect(bundle).toMatchObject({
      ...{
        kind: 'release',
        name: 'pg-ha',
        version: '1.0.0',
        title: 'PostgreSQL with replicas',
        extends: 'base@^1.0.0',
        compat: null,
        releases: [],
      },
      ...{ tags: { replica: { hasPrimary: true } }, sequences: { 'deploy-changes': ['verify', 'default'] } },
      files: [{ path: 'conf/x', size: 3, executable: false }],
    });
    expect(bundle.roles).toEqual({
      replica: {
        ...{
          name: 'replica',
          tags: ['replica'],
          hasPrimary: false,
          order: 10,
          mode: 'concurrent',
          min: 0,
          max: 50,
          concurrency: 2,
        },
        faultTolerance: { percent: 10 },
        ramp: { steps: [1], gate: 'auto' },
        conflicts: ['primary'],
      },
      primary: {
        ...{
          name: 'primary',
          tags: ['primary'],
          hasPrimary: false,
          order: null,
          mode: 'concurrent',
          min: 0,
          max: null,
          concurrency: null,
        },
        faultTolerance: null,
        conflicts: [],
      },
    });
    expect(
      bundle.graphs.map(({ type, metadata, definitions }) => [
        type,
        metadata,
        definitions.map(({ id, place }) => `${id} ${place.file}`),
      ]),
    ).toEqual([
      ['default', {}, ['t tasks.yaml', 'z tasks/a/z.yaml', 'b tasks/b.yaml']],
      ['verify', { on_success: { x: 1 } }, ['v graphs/verify/one.yaml']],
    ]);
  });

  it('may be a plugin, with the releases that it merges into', () => {
    expect(bundleOf({ 'plugin.yaml': 'name: p\nversion: 2.1.0\nreleases: ["r@^1.0.0", "s@>=2 <4"]' })).toMatchObject({
      kind: 'plugin',
      releases: ['r@^1.0.0', 's@>=2 <4'],
    });
  });

  it('may have no manifest where that is allowed', () => {
    expect(parsed({ 'tasks.yaml': task('a') }, true)).toMatchObject({
      bundle: { kind: 'release', roles: {}, name: 'offline' },
      problems: [],
    });
    expect(shown(parsed({ 'tasks.yaml': task('a') }).problems)).toEqual([
      '-:- BUNDLE_MANIFEST_MISSING the bundle: has neither a release.yaml nor a plugin.yaml',
    ]);
  });

  it('reports everything that is wrong with it at once, each with file and line', () => {
    const { bundle, problems } = parsed({
      'release.yaml': MANIFEST,
      'plugin.yaml': MANIFEST,
      'tasks.yaml': '- id: a\n  type: shell\n  timeout: -1\n- id: a\n  type: shell\n',
      'tasks/broken.yaml': 'a: [',
      'tasks/map.yaml': 'a: 1',
      'tasks/files.yaml':
        '- {id: f, type: upload_file, parameters: {path: /x, file: gone.conf}}\n- {id: g, type: upload_file, parameters: {path: /x, file: ../../etc/passwd}}\n',
      'tasks/twice.yaml': '- {id: f, type: shelll}\n',
    });
    expect(bundle).toBeNull();
    expect(problems.map(({ code, place }) => `${place?.file ?? '-'}:${place?.line ?? '-'} ${code}`)).toEqual([
      '-:- BUNDLE_MANIFEST_TWICE',
      'plugin.yaml:1 BUNDLE_MISSING_KEY',
      'tasks.yaml:1 BUNDLE_MISSING_PARAMETER',
      'tasks.yaml:3 BUNDLE_INVALID_VALUE',
      'tasks.yaml:4 BUNDLE_MISSING_PARAMETER',
      'tasks.yaml:4 BUNDLE_DUPLICATE_TASK',
      'tasks/broken.yaml:1 YAML_INVALID',
      'tasks/map.yaml:1 BUNDLE_INVALID_VALUE',
      // Twice is twice, though one of them is none.
      'tasks/twice.yaml:1 BUNDLE_INVALID_VALUE',
      'tasks/twice.yaml:1 BUNDLE_DUPLICATE_TASK',
      'tasks/files.yaml:1 BUNDLE_FILE_MISSING',
      'tasks/files.yaml:2 BUNDLE_FILE_MISSING',
    ]);
    // No file that is added to a bundle is there.
    expect(problems.at(-2)?.remedy).toContain('Add files/gone.conf');
    expect(problems.at(-1)?.remedy).toContain('name it from there, without `..`');
  });

  it('has a manifest that is checked key by key', () => {
    const { problems } = parsed({
      'release.yaml':
        'name: a b\nversion: "1"\nrols: {}\nroles:\n  x: {max: 1, min: 2, mode: parallel, concurrency: 0, taggs: [a]}\n  "../y": {}\nsettings:\n  type: objekt\nsequences: {s: [defualt]}\nfuelVersion: nine\ncompat: fool\n',
    });
    expect(problems.map(({ code, place, severity }) => `${place?.line ?? '-'} ${severity} ${code}`)).toEqual([
      '3 warning BUNDLE_UNKNOWN_KEY',
      '1 error BUNDLE_INVALID_VALUE',
      '2 error BUNDLE_INVALID_VALUE',
      '11 error BUNDLE_INVALID_VALUE',
      '10 error BUNDLE_INVALID_VALUE',
      '5 error BUNDLE_UNKNOWN_KEY',
      '5 error BUNDLE_INVALID_VALUE',
      '5 error BUNDLE_INVALID_VALUE',
      '5 error BUNDLE_INVALID_VALUE',
      '6 error BUNDLE_INVALID_VALUE',
      '8 error BUNDLE_SCHEMA_INVALID',
    ]);
    expect(problems.find(({ place }) => place?.line === 5)?.remedy).toContain('`tags`');
    expect(shown(parsed({ 'release.yaml': `${MANIFEST}sequences: {s: [defualt]}` }).problems)).toEqual([
      'release.yaml:- BUNDLE_UNKNOWN_GRAPH sequence s: names the graph type `defualt`, which the bundle does not have',
    ]);
  });

  it.each(['../x', '/etc/passwd', 'files/../../x', 'files//x', 'a\\b', 'C:/x', 'files/\u0000', ''])(
    'refuses the path %j',
    (path) => {
      const { bundle, problems } = parseBundle([
        { path: 'release.yaml', text: MANIFEST },
        { path, digest: 'x' },
      ]);
      expect(bundle).toBeNull();
      expect(problems.map(({ code }) => code)).toEqual(['BUNDLE_PATH_INVALID']);
    },
  );

  it('refuses links, paths that are there twice, and more files than the limit', () => {
    const manifest = { path: 'release.yaml', text: MANIFEST };
    expect(parseBundle([manifest, { path: 'files/l', irregular: true }]).problems.map(({ code }) => code)).toEqual([
      'BUNDLE_PATH_INVALID',
    ]);
    expect(parseBundle([manifest, manifest]).problems.map(({ summary }) => summary)).toEqual(['is there twice']);
    const many = Array.from({ length: BUNDLE_LIMITS.filesMax + 5 }, (_, index) => ({
      path: `files/${index}`,
      digest: 'x',
    }));
    expect(parseBundle([manifest, ...many]).problems.map(({ code }) => code)).toEqual(['BUNDLE_TOO_LARGE']);
  });

  it('is bounded in what its files hold together once their aliases are followed', () => {
    const text = `- &a {id: a, type: shell, parameters: {cmd: ${'x'.repeat(100_000)}}}\n${'- {patch: a, parameters: *a}\n'.repeat(150)}`;
    const files = (count: number) => Array.from({ length: count }, (_, at) => ({ path: `graphs/g${at}/t.yaml`, text }));
    const told = (count: number) => {
      const { problems } = parseBundle([{ path: 'release.yaml', text: MANIFEST }, ...files(count)]);
      return problems.filter(({ code }) => code === 'BUNDLE_TOO_LARGE').length;
    };
    expect([told(2), told(6)]).toEqual([0, 1]);
  });

  it('says of too much YAML that it is too much, and not that what it did not read is missing', () => {
    const tasks = { path: 'tasks.yaml', text: ' '.repeat(BUNDLE_LIMITS.textMax) };
    const { bundle, problems } = parseBundle([{ path: 'release.yaml', text: MANIFEST }, tasks]);
    expect([bundle, problems.map(({ code }) => code)]).toEqual([null, ['BUNDLE_TOO_LARGE']]);
  });

  it('warns of task files where none are read', () => {
    const files = {
      'release.yaml': MANIFEST,
      'tasks/a.yml': task('a'),
      'graphs/x.yaml': task('b'),
      'tasks.yml': task('c'),
      'docs/x.yml': 'x',
    };
    expect(parsed(files).problems.map(({ code, place }) => `${code} ${place?.file}`)).toEqual([
      'BUNDLE_FILE_IGNORED tasks/a.yml',
      'BUNDLE_FILE_IGNORED graphs/x.yaml',
      'BUNDLE_FILE_IGNORED tasks.yml',
    ]);
  });

  it('shows no more problems than one can read, errors first', () => {
    const { problems } = parsed({
      'release.yaml': MANIFEST,
      'tasks.yaml':
        Array.from({ length: 1500 }, (_, index) => `- {id: t${index}, type: reboot, unknown: 1}\n`).join('') +
        '- {type: x}\n',
    });
    expect(problems).toHaveLength(BUNDLE_LIMITS.problemsMax + 1);
    expect(problems[0]?.code).toBe('BUNDLE_MISSING_KEY');
    expect(problems.at(-1)?.summary).toContain('502 more problems');
  });

  it('tells all that is wrong with validations, also of those whose id is wrong', () => {
    const check = 'task: { type: shell, parameters: { cmd: "true" } }';
    const { bundle, problems } = parsed({
      'release.yaml': MANIFEST,
      'validations/a.yaml': `- { id: a b, stage: later, ${check} }\n- { id: c d, severity: dire, ${check} }\n`,
    });
    expect(bundle).toBeNull();
    expect(problems.map(({ place }) => place?.path)).toEqual(['0.id', '0.stage', '1.id', '1.severity']);
  });

  it('says which of its files are read as text', () => {
    expect(['release.yaml', 'tasks.yaml', 'tasks/a/b.yaml', 'graphs/x/graph.yaml'].every(isBundleText)).toBe(true);
    expect(['files/a.yaml', 'graphs/x.yaml', 'x/release.yaml', 'README.md', 'tasks/a.yml'].some(isBundleText)).toBe(
      false,
    );
  });
});
