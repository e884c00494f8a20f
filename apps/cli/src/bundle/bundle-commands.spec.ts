import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

const release = {
  'release.yaml': 'name: a\nversion: 1.0.0\n',
  'tasks.yaml': '- { id: x, type: shell, role: [r], idempotent: true, parameters: { cmd: echo } }\n',
};

describe('publishing', () => {
  let planner: FakePlanner;
  beforeEach(async () => {
    planner = await FakePlanner.start();
  });
  afterEach(() => planner.close());
  const run = (line: string) => muster(line, { env: { MUSTER_SERVER: planner.url } });

  it('tells the name, and warnings on stderr', async () => {
    const warning = { code: 'BUNDLE_DUPLICATE_KEY', severity: 'warning', subject: 'task x', summary: 's', remedy: 'r' };
    planner.answer('POST /releases', { name: 'a', version: '1.0.0', digest: 'sha256:1', problems: [warning] }, 201);
    const { code, out, err } = await run(`release publish ${temporaryFolder(release)}`);
    expect({ code, out }).toEqual({ code: 0, out: 'release a@1.0.0 is published (sha256:1)\n' });
    expect(err).toContain('BUNDLE_DUPLICATE_KEY');
  });

  it('of other content under a published name is refused', async () => {
    planner.refuse('POST /plugins', 409, 'BUNDLE_EXISTS');
    expect(await run(`plugin publish ${temporaryFolder({ 'plugin.yaml': 'x' })}`)).toMatchObject({ code: 8, out: '' });
  });
});

describe('what is published', () => {
  let planner: FakePlanner;
  beforeEach(async () => {
    planner = await FakePlanner.start();
  });
  afterEach(() => planner.close());
  const run = (line: string, cwd?: string) =>
    muster(line, { env: { MUSTER_SERVER: planner.url }, ...(cwd === undefined ? {} : { cwd }) });
  const listed = {
    name: 'a',
    version: '1.0.0',
    title: 'A',
    digest: 'sha256:1',
    publishedAt: 'then',
    publishedBy: 'me',
  };

  it('is listed with filters', async () => {
    planner.answer('GET /plugins', { items: [{ ...listed, retiredAt: '2026-01-01' }], next: null });
    const { code, out } = await run('plugin list --fits r@1.0.0 --retired --search x');
    expect([code, out]).toEqual([0, expect.stringContaining('2026-01-01')]);
    const query = new URL(planner.seen.at(-1)?.url ?? '', planner.url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ fits: 'r@1.0.0', retired: 'true', search: 'x' });
    expect((await run('plugin list --retired --offered')).code).toBe(1);
  });

  it('is shown with roles, graphs, settings, files and users', async () => {
    const { parseBundle } = await import('@muster/catalog');
    const manifest = [
      'name: a',
      'version: 1.0.0',
      'roles: { web: { order: 3, hasPrimary: true, max: 5 } }',
      'settings: { type: object, properties: { port: { type: integer, default: 80 }, key: { type: string, secret: true, default: hidden } } }',
    ].join('\n');
    const { bundle } = parseBundle([{ path: 'release.yaml', text: manifest }]);
    const clusters = [{ cluster: 'c1', revisions: [2, 3] }];
    planner.answer('GET /releases/a/1.0.0', {
      ...{ ...listed, retiredAt: 'today', retiredBy: 'me', retiredWhy: 'old', archive: null, clusters },
      content: { ...bundle, files: [{ path: 'x.sh', digest: 'sha256:9', size: 7, executable: true }] },
    });
    const { code, out } = await run('release show a@1.0.0');
    expect(code).toBe(0);
    for (const text of [
      'retired: today by me: old',
      'used by: c1 (revision 2, 3)',
      'web',
      '0..5',
      'port',
      '80',
      'x.sh',
    ])
      expect(out).toContain(text);
    expect(out).not.toContain('hidden');
    expect((await run('release show a')).code).toBe(1);
  });

  it('is shown with options, validations, what it is made of, and what its roles allow', async () => {
    const { parseBundle } = await import('@muster/catalog');
    const manifest = `
name: a
version: 1.0.0
extends: base@^1.0.0
compat: fuel
fuelVersion: "9.0"
roles: { web: { mode: serial, concurrency: 2, faultTolerance: "10%", conflicts: [db] }, db: { ramp: { steps: [1, "10%"], gate: manual } } }
settings: { type: object, properties: { port: { type: integer } } }
options: { storage: { exclusive: true, options: { ceph: { title: Ceph, default: true }, lvm: { requires: [disks], settings: { port: 1 } } } }, other: { options: { disks: {} } } }
`;
    const checks =
      '- { id: space, group: pre, severity: warning, title: Room, stage: { before: b }, task: { type: shell, parameters: { cmd: df } } }';
    const tasks = '- { id: b, type: shell, role: [web], parameters: { cmd: x } }';
    const { bundle, problems } = parseBundle([
      { path: 'release.yaml', text: manifest },
      { path: 'tasks.yaml', text: tasks },
      { path: 'validations.yaml', text: checks },
    ]);
    expect([bundle === null, problems.filter(({ severity }) => severity === 'error')]).toEqual([false, []]);
    const made = {
      bases: [{ name: 'base', version: '1.2.0', digest: 'sha256:1' }],
      included: [
        { as: 'store', name: 'pg', version: '2.0.0', digest: 'sha256:2', connect: { after: ['b'], before: [] } },
      ],
    };
    planner.answer('GET /releases/a/1.0.0', {
      ...{ ...listed, retiredAt: null, retiredBy: null, retiredWhy: null, archive: null, clusters: [] },
      content: { ...bundle, ...made },
    });
    const { code, out } = await run('release show a@1.0.0');
    expect(code).toBe(0);
    for (const line of [
      /^compatible with: fuel 9.0$/m,
      /^extends: base@\^1.0.0 <- base@1.2.0$/m,
      /^web +web +- +serial +0\.\. +2 +10% +db/m,
      /^db +db +- +concurrent, ramp 1 10% manual/m,
      /^storage \(one of\) +ceph +on +\S* *\S* *Ceph$/m,
      /^storage \(one of\) +lvm +off +disks +port/m,
      /^other +disks +off/m,
      /^pre +space +warning +before b +shell +default +Room$/m,
      /^store +pg@2.0.0 +b/m,
    ])
      expect(out).toMatch(line);
  });

  it('is linted, retired, restored and deleted', async () => {
    const advice = { code: 'LINT_LOST_PAUSES', severity: 'info', subject: 'task x', summary: 's', remedy: 'r' };
    planner.answer('GET /releases/a/1.0.0/findings', { problems: [advice] });
    expect(await run('release lint a@1.0.0')).toMatchObject({
      code: 0,
      out: expect.stringContaining('LINT_LOST_PAUSES'),
    });
    planner.answer('POST /releases/a/1.0.0/retire', { ...listed, retiredAt: 'now' });
    expect((await run('release retire a@1.0.0 --reason hole')).code).toBe(0);
    expect(JSON.parse(planner.seen.at(-1)?.body ?? '')).toEqual({ why: 'hole' });
    planner.answer('POST /releases/a/1.0.0/restore', { ...listed, retiredAt: null });
    expect((await run('release restore a@1.0.0')).code).toBe(0);
    planner.refuse('DELETE /releases/a/1.0.0', 409, 'BUNDLE_IN_USE');
    expect(await run('release delete a@1.0.0')).toMatchObject({ code: 8, out: '' });
  });

  it('is downloaded whole or not at all', async () => {
    const { createHash } = await import('node:crypto');
    const { existsSync, readFileSync } = await import('node:fs');
    const cwd = temporaryFolder({});
    let told = createHash('sha256').update('bytes').digest('base64');
    planner.route('GET /releases/a/1.0.0/archive', (response) =>
      response.writeHead(200, { 'repr-digest': `sha-256=:${told}:` }).end('bytes'),
    );
    expect((await run('release download a@1.0.0', cwd)).code).toBe(0);
    expect(readFileSync(`${cwd}/a-1.0.0.tar.gz`, 'utf8')).toBe('bytes');
    told = createHash('sha256').update('other').digest('base64');
    const { code, err } = await run('release download a@1.0.0 -f b.tar.gz', cwd);
    expect([code, err, existsSync(`${cwd}/b.tar.gz`), existsSync(`${cwd}/b.tar.gz.part`)]).toEqual([
      1,
      expect.stringContaining('LOCAL_FILE'),
      false,
      false,
    ]);
  });
});

describe('lint', () => {
  it('accepts what can be published', async () => {
    const { code, out } = await muster(`lint ${temporaryFolder(release)}`);
    expect({ code, out }).toEqual({ code: 0, out: 'release a@1.0.0: nothing found\n' });
  });

  it('lists what it finds by severity, gravest first, with counts; warnings and advice are success', async () => {
    const tasks = [
      '- { id: x, type: shell, role: [r], parameters: { cmd: a } }',
      '- { id: y, type: shell, role: [r], requires: [xx], parameters: { cmd: a } }',
    ].join('\n');
    const folder = temporaryFolder({ ...release, 'tasks.yaml': tasks });
    const { code, out, err } = await muster(`lint ${folder}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      'release a@1.0.0: 1 warning, 2 pieces of advice',
      '',
      expect.stringMatching(/^warning LINT_UNKNOWN_NAME \(1\): /),
      '  -> Correct the name, or remove it. Did you mean `x`?',
      '  tasks.yaml:2: task y: names `xx`, which exists nowhere',
      '',
      expect.stringMatching(/^info LINT_LOST_PAUSES \(2\): /),
      expect.stringMatching(/^ {2}-> Write `idempotent: true`/),
      expect.stringMatching(/^ {2}tasks.yaml:1: task x: /),
      expect.stringMatching(/^ {2}tasks.yaml:2: task y: /),
      '',
    ]);
  });

  it('answers programs with all problems, and people beside them with the graver ones', async () => {
    const tasks = '- { id: x, type: shell, role: [r], requires: [y], parameters: { cmd: a } }';
    const { code, out, err } = await muster(`lint ${temporaryFolder({ ...release, 'tasks.yaml': tasks })} -o json`);
    const { problems } = JSON.parse(out) as { problems: object[] };
    expect({ code, problems }).toEqual({
      code: 0,
      problems: [
        expect.objectContaining({ code: 'LINT_LOST_PAUSES', severity: 'info' }),
        expect.objectContaining({ code: 'LINT_UNKNOWN_NAME', severity: 'warning', subject: 'task x' }),
      ],
    });
    expect(err).toContain('LINT_UNKNOWN_NAME');
    expect(err).not.toContain('LINT_LOST_PAUSES');
  });

  it('looks at task files without a manifest, and refuses a folder that has neither', async () => {
    const { code, out } = await muster(`lint ${temporaryFolder({ 'tasks.yaml': release['tasks.yaml'] })}`);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('info LINT_NO_MANIFEST (1)') as string });
    const none = await muster(`lint ${temporaryFolder({ 'README.md': '' })}`);
    expect(none).toMatchObject({
      code: 1,
      out: expect.stringContaining('error BUNDLE_MANIFEST_MISSING (1)') as string,
    });
  });

  it('finds definitions that come before themselves', async () => {
    const shell = (id: string, requires: string) =>
      `- { id: ${id}, type: shell, role: [r], requires: [${requires}], parameters: { cmd: echo } }\n`;
    const folder = temporaryFolder({ ...release, 'tasks.yaml': shell('x', 'y') + shell('y', 'x') });
    const { code, out } = await muster(`lint ${folder}`);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/BUNDLE_CYCLE[^]*x -> y -> x/) as string });
    expect(out).toMatch(/^release a@1.0.0: 1 error, 2 pieces of advice\n/);
  });

  it('refuses YAML that is not UTF-8, as publishing does', async () => {
    const folder = temporaryFolder({ ...release, 'tasks/b.yaml': Buffer.from([0x23, 0xff, 0x0a]) });
    const { code, out } = await muster(`lint ${folder}`);
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/YAML_INVALID[^]*-> Save the file as UTF-8[^]*tasks\/b.yaml/) as string,
    });
  });

  it('tells every mistake with its place', async () => {
    const folder = temporaryFolder({ ...release, 'release.yaml': 'name: a\nversion: one\nrolls: {}\n' });
    const { code, out, err } = await muster(`lint ${folder} -o json`);
    expect(code).toBe(1);
    const { problems } = JSON.parse(out) as { problems: { place: { file: string; line: number } }[] };
    expect(problems.map(({ place }) => place)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ file: 'release.yaml', line: 2 }),
        expect.objectContaining({ line: 3 }),
      ]),
    );
    expect(err).toContain('release.yaml:2');
  });
});
