import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import request from 'supertest';
import { bundleArchive, SMALL_RELEASE } from '../testing/bundle-archive.testing';
import { ADMIN_TOKEN, expectStatus, TestPlanner } from '../testing/test-planner.testing';

const manifest = (name: string, version = '1.0.0') => `name: ${name}\nversion: ${version}\n`;
const codes = (body: { problems: { code: string }[] }) => body.problems.map((each) => each.code);

describe('publishing', () => {
  let planner: TestPlanner;
  beforeAll(async () => {
    planner = await TestPlanner.start();
  });
  afterAll(() => planner.close());

  it('keeps what is published for ever', async () => {
    const files = { ...SMALL_RELEASE, 'release.yaml': manifest('fixed') };
    const first = await planner.publish(files);
    expectStatus(first, 201);
    const again = await planner.publish(files);
    expect([again.status, again.body.digest]).toEqual([200, first.body.digest]);
    const other = await planner.publish({ ...files, 'files/b.txt': 'changed' });
    expect([other.status, codes(other.body)]).toEqual([409, ['BUNDLE_EXISTS']]);
    const shown = await planner.get('/api/v1/releases/fixed/1.0.0');
    expect(shown.body).toMatchObject({
      name: 'fixed',
      digest: first.body.digest,
      publishedBy: 'admin',
      content: { files: [{ path: 'b.txt', size: 13 }] },
    });
  });

  it.each([
    ['tasks.yaml', '- { id: a, type: shell, parameters: { cmd: "echo \\0" } }\n'],
    ['tasks.yaml', '- { id: a, type: shell, parameters: { cmd: echo \0 } }\n'],
    ['tasks.yaml', '- { id: a, type: shell, parameters: { cmd: "\\ud800" } }\n'],
    ['graphs/x/graph.yaml', 'title: "\\x00"\n'],
    ['release.yaml', `${manifest('nul')}title: "\\u0000"\n`],
  ])('refuses what no text may hold, in %s: %j', async (file, text) => {
    const response = await planner.publish({ ...SMALL_RELEASE, 'release.yaml': manifest('nul'), [file]: text });
    expect(response.status).toBe(422);
    expect(response.body.problems).toEqual([
      expect.objectContaining({ code: 'YAML_INVALID', place: expect.objectContaining({ file }) }),
    ]);
  });

  it('refuses definitions that come before themselves in every cluster, and warns of those that may', async () => {
    const tasks = (role: string) =>
      `- { id: a, type: shell, role: [web], requires: [b], parameters: { cmd: x } }\n- { id: b, type: shell, role: [${role}], requires: [a], parameters: { cmd: x } }\n`;
    const always = await planner.publish({ 'release.yaml': manifest('circle'), 'tasks.yaml': tasks('web') });
    expect(always.status).toBe(422);
    expect(always.body.problems).toEqual([
      expect.objectContaining({ code: 'BUNDLE_CYCLE', summary: expect.stringContaining('a -> b -> a') }),
    ]);
    const never = await planner.get('/api/v1/releases/circle/1.0.0');
    expect(never.status).toBe(404);
    const broken = `${tasks('web')}- { id: c, type: nothing, role: [web] }\n- { id: d, type: shell, role: [web], requires: [c], parameters: { cmd: x } }\n`;
    const also = await planner.publish({ 'release.yaml': manifest('circle'), 'tasks.yaml': broken });
    // With the rest at once; but not that `d` requires what could not be read.
    expect(also.status).toBe(422);
    expect(codes(also.body).sort()).toEqual(['BUNDLE_CYCLE', 'BUNDLE_INVALID_VALUE']);
    const perhaps = await planner.publish({ 'release.yaml': manifest('circle'), 'tasks.yaml': tasks('db') });
    expectStatus(perhaps, 201);
    expect(codes(perhaps.body)).toEqual(['BUNDLE_POSSIBLE_CYCLE']);
  });

  it('refuses paths of files that no text may hold', async () => {
    const response = await planner.publish({ ...SMALL_RELEASE, 'files/a\u0001b': 'x' });
    expect([response.status, codes(response.body)]).toEqual([422, ['BUNDLE_PATH_INVALID']]);
  });

  it('lets one of many simultaneous publishers of a name win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        planner.publish({ 'release.yaml': manifest('race'), 'files/x': String(index) }),
      ),
    );
    expect(answers.map((each) => each.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  it('tells everything that is wrong, with file and line, and changes nothing', async () => {
    const response = await planner.publish({
      'release.yaml': 'name: broken\nversion: one\n',
      'tasks/a.yaml': '- { id: a, type: shel }\n- { type: shell }\n',
      'tasks/b.yaml': '- id: b\n   type: shell\n',
    });
    expect(response.status).toBe(422);
    const places = new Set(
      response.body.problems.map(
        (each: { place: { file: string; line: number } }) => `${each.place.file}:${each.place.line}`,
      ),
    );
    expect([...places]).toEqual(
      expect.arrayContaining(['release.yaml:2', 'tasks/a.yaml:1', 'tasks/a.yaml:2', 'tasks/b.yaml:1']),
    );
    expect(response.body.problems.every((each: { remedy: string }) => each.remedy.length > 0)).toBe(true);
    expect((await planner.get('/api/v1/releases/broken/one')).status).toBe(404);
  });

  it('tells releases from plugins', async () => {
    const response = await planner.publish({ 'release.yaml': manifest('r') }, 'plugins');
    expect([response.status, codes(response.body)]).toEqual([422, ['BUNDLE_INVALID_VALUE']]);
    expectStatus(await planner.publish({ 'plugin.yaml': `${manifest('p')}releases: ["r@^1.0.0"]\n` }, 'plugins'), 201);
    expect((await planner.get('/api/v1/plugins')).body.items).toMatchObject([{ name: 'p', version: '1.0.0' }]);
  });

  it('takes a bundle of 50 MB', async () => {
    const big = randomBytes(50 * 1024 * 1024);
    const response = await planner.publish({ 'release.yaml': manifest('big'), 'files/big.bin': big });
    expectStatus(response, 201);
    const { body } = await planner.get('/api/v1/releases/big/1.0.0');
    expect(body.content.files).toMatchObject([{ path: 'big.bin', size: big.length }]);
  }, 60_000);

  it.each([
    ['text', Buffer.from('hello'), 422, 'UPLOAD_NOT_ARCHIVE'],
    ['nothing', Buffer.alloc(0), 422, 'UPLOAD_NOT_ARCHIVE'],
  ])('refuses %s, and goes on', async (_, body, status, code) => {
    const response = await request(planner.url)
      .post('/api/v1/releases')
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .set('content-type', 'application/gzip')
      .send(body);
    expect([response.status, codes(response.body)]).toEqual([status, [code]]);
    expect((await planner.get('/api/v1/releases')).status).toBe(200);
  });

  it('survives a sender that goes away half way', async () => {
    const controller = new AbortController();
    const whole = gunzipSync(
      await bundleArchive({ 'release.yaml': manifest('cut'), 'files/big': randomBytes(1_000_000) }),
    );
    const chunks = (async function* () {
      yield whole.subarray(0, 500_000);
      controller.abort();
      yield whole.subarray(500_000);
    })();
    const sent = fetch(`${planner.url}/api/v1/releases`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/x-tar' },
      body: chunks,
      duplex: 'half',
      signal: controller.signal,
    });
    await expect(sent).rejects.toThrow();
    expect((await planner.get('/health/ready')).status).toBe(200);
    expect((await planner.get('/api/v1/releases/cut/1.0.0')).status).toBe(404);
  });

  it('lists in pages', async () => {
    const first = await planner.get('/api/v1/releases?limit=1');
    expect(first.body.items).toHaveLength(1);
    const rest = await planner.get(`/api/v1/releases?limit=100&cursor=${first.body.next}`);
    expect([first.body.items[0].name, ...rest.body.items.map((each: { name: string }) => each.name)]).toEqual([
      'big',
      'circle',
      'fixed',
      'race',
    ]);
    expect(rest.body.next).toBeNull();
  });
});
