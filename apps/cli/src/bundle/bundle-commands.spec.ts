import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

const release = {
  'release.yaml': 'name: a\nversion: 1.0.0\n',
  'tasks.yaml': '- { id: x, type: shell, role: [r], parameters: { cmd: echo } }\n',
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

describe('lint', () => {
  it('accepts what can be published', async () => {
    const { code, out } = await muster(`lint ${temporaryFolder(release)}`);
    expect({ code, out }).toEqual({ code: 0, out: 'release a@1.0.0: can be published, 0 problems\n' });
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
