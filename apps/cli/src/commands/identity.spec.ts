import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';

let planner: FakePlanner;
beforeEach(async () => {
  planner = await FakePlanner.start();
});
afterEach(() => planner.close());

const run = (line: string, env: Record<string, string> = {}) =>
  muster(line, { env: { MUSTER_SERVER: planner.url, ...env } });
const sent = () => JSON.parse(planner.seen.at(-1)?.body ?? '') as unknown;

const token = {
  name: 'ci',
  roles: { default: 'operator' },
  state: 'active',
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'admin',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  previousUntil: null,
};

describe('tokens', () => {
  it('are printed alone, once', async () => {
    planner.answer('POST /tokens', { ...token, token: 'muster_x' }, 201);
    const made = await run('token create ci --role operator');
    expect(made).toMatchObject({ code: 0, out: 'muster_x\n' });
    expect(made.err).toContain('token ci (operator in default); it is not shown again');
    expect(sent()).toEqual({ name: 'ci', role: 'operator' });
    planner.answer('POST /tokens/ci/rotate', { ...token, token: 'muster_y' });
    expect((await run('token rotate ci --keep 60')).out).toBe('muster_y\n');
    expect(sent()).toEqual({ keepSeconds: 60 });
  });

  it('take roles by project and an end as time or as duration', async () => {
    planner.answer('POST /tokens', { ...token, token: 'muster_x' }, 201);
    await run('token create ci --role blue=viewer --role *=publisher --expires 2099-01-01T00:00:00Z');
    expect(sent()).toEqual({
      name: 'ci',
      roles: { blue: 'viewer', '*': 'publisher' },
      expiresAt: '2099-01-01T00:00:00.000Z',
    });
    await run('token create ci --role viewer --expires 2d');
    const { expiresAt } = sent() as { expiresAt: string };
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(47 * 3_600_000);
  });

  it.each(['--role root', '--role viewer --role blue=viewer', '--role viewer --expires soon', ''])(
    'are not made with %p',
    async (options) => {
      expect((await run(`token create ci ${options}`)).code).toBe(1);
      expect(planner.seen).toEqual([]);
    },
  );

  it('are listed, shown, given roles and revoked', async () => {
    planner.answer('GET /tokens', { items: [token], next: null });
    planner.answer('GET /tokens/ci', token);
    planner.answer('PUT /tokens/ci/role', token);
    planner.answer('DELETE /tokens/ci/role', undefined, 204);
    planner.answer('DELETE /tokens/ci', undefined, 204);
    expect((await run('token list --state active')).out).toMatch(
      /ci +operator in default +active +admin +never +never/,
    );
    expect(planner.seen.at(-1)?.url).toContain('state=active');
    expect((await run('token show ci -o json')).out).toBe(`${JSON.stringify(token)}\n`);
    expect((await run('token role ci viewer')).out).toBe('token ci: viewer\n');
    expect((await run('token role ci none')).out).toBe('token ci: none\n');
    expect((await run('token role ci root')).code).toBe(1);
    expect((await run('token revoke ci --reason gone')).out).toBe('token ci is revoked\n');
  });
});

describe('projects', () => {
  const project = {
    name: 'blue',
    roles: ['admin'],
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: 'admin',
    archivedAt: null,
  };

  it('are named by option, environment or configuration, in every request', async () => {
    const projects: (string | undefined)[] = [];
    planner.route('GET /pools', (response, request) => {
      projects.push(request.headers['muster-project'] as string | undefined);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
    });
    await run('pool list');
    await run('pool list', { MUSTER_PROJECT: 'blue' });
    await run('pool list --project green', { MUSTER_PROJECT: 'blue' });
    expect(projects).toEqual([undefined, 'blue', 'green']);
  });

  it('are listed, shown, made, archived and restored', async () => {
    planner.answer('GET /projects', { items: [project], next: null });
    planner.answer('GET /projects/blue', project);
    planner.answer('POST /projects', project, 201);
    planner.answer('POST /projects/blue/archive', { ...project, archivedAt: '2026-02-01T00:00:00.000Z' });
    planner.answer('POST /projects/blue/restore', project);
    for (const verb of ['list', 'show blue', 'create blue', 'restore blue'])
      expect((await run(`project ${verb}`)).out).toMatch(/blue +admin +admin/);
    expect((await run('project archive blue')).out).toMatch(/2026-02-01/);
  });

  it('and the token are told by whoami', async () => {
    planner.answer('GET /identity', { name: 'ada', roles: { blue: 'viewer', '*': 'publisher' } });
    expect((await run('whoami')).out).toMatch(/^ada\n[^]*blue +viewer\n *every project +publisher/);
  });
});

describe('the audit', () => {
  const entry = {
    id: '1',
    at: '2026-01-01T00:00:00.000Z',
    project: 'default',
    who: null,
    what: 'GET',
    subject: '/api/v1/\u001b[31mx',
    why: null,
    from: '192.0.2.1',
    outcome: 'refused',
    status: 401,
    code: 'API_UNAUTHENTICATED',
    count: 40,
  };

  it('is filtered, bounded and shown without escapes', async () => {
    planner.answer('GET /audit', { items: [entry, entry], next: 'more' });
    const { out } = await run('audit --who ada --since 2026-01-01T00:00:00Z --limit 2');
    expect(planner.seen.at(-1)?.url).toContain('who=ada');
    expect(planner.seen).toHaveLength(1);
    expect(out).toMatch(/a stranger +GET [^]*refused API_UNAUTHENTICATED \(40 times\)/);
    expect(out).not.toContain('\u001b');
    planner.answer('GET /installation/audit', { items: [entry], next: null });
    expect((await run('audit --all')).out).toContain('default');
    expect((await run('audit --since yesterday')).code).toBe(1);
  });
});
