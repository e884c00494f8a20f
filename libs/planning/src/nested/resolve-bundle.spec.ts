import { isJsonObject, type Bundle, type Json, type Plan } from '@muster/model';
import { formatProblem, type Problem } from '@muster/problems';
import { lintBundle } from '../lint/lint-bundle';
import { cluster, codes, planOf, plugin, release, sha256 } from '../planning.testing';
import { plan } from '../plan';
import { asSucceeded } from '../evaluation/previous-cluster';
import { newestInRange, neededReleases, resolveBundle } from './resolve-bundle';

const shell = (id: string, more: object = {}) => ({
  id,
  type: 'shell',
  role: ['web'],
  parameters: { cmd: id },
  ...more,
});

/** What `bundle` comes to with these, given by reference as written. */
function resolved(
  bundle: Bundle,
  found: Readonly<Record<string, Bundle>>,
): { bundle: Bundle | null; problems: readonly Problem[] } {
  return resolveBundle(
    bundle,
    new Map(Object.entries(found).map(([reference, it]) => [reference, { bundle: it, digest: `sha256:${it.name}` }])),
  );
}

function whole(bundle: Bundle, found: Readonly<Record<string, Bundle>>): Bundle {
  const answer = resolved(bundle, found);
  if (!answer.bundle) throw new Error(answer.problems.map(formatProblem).join('\n'));
  return answer.bundle;
}

const requires = (made: Plan, task: string) => made.tasks.find((each) => each.task === task)?.requires;
const parameters = (made: Plan, task: string) => made.tasks.find((each) => each.task === task)?.parameters;

describe('a release that extends another', () => {
  const base = release(
    [shell('a'), shell('b', { requires: ['a'] }), shell('c', { timeout: 7, parameters: { cmd: 'c', env: { X: 1 } } })],
    {
      name: 'base',
      version: '1.2.0',
      roles: { web: { order: 1 }, db: {} },
      settings: {
        type: 'object',
        required: ['port'],
        properties: { port: { type: 'integer' }, host: { type: 'string', default: 'h' } },
      },
      sequences: { all: ['default'] },
    },
    ['x.sh', 'y.sh'],
  );

  it('needs nothing else to be planned: what is named alike is replaced as a whole, the rest is added', () => {
    const over = release(
      [
        shell('b', { requires: [] }),
        shell('d', { requires: ['b'] }),
        { patch: 'c', timeout: 9, parameters: { env: null } },
      ],
      {
        extends: 'base@^1.0.0',
        roles: { web: { order: 5 } },
        settings: { properties: { host: { type: 'string', default: 'other' }, more: { type: 'string' } } },
      },
      ['y.sh'],
    );
    expect(neededReleases(over)).toEqual(['base@^1.0.0']);
    const it = whole(over, { 'base@^1.0.0': base });
    expect(it.bases).toEqual([{ name: 'base', version: '1.2.0', digest: 'sha256:base' }]);
    expect(Object.keys(it.roles)).toEqual(['web', 'db']);
    expect(it.roles['web']?.order).toBe(5);
    expect(it.settings).toMatchObject({
      required: ['port'],
      properties: { host: { default: 'other' }, port: {}, more: {} },
    });
    expect(it.files.map(({ path }) => path)).toEqual(['x.sh', 'y.sh']);
    expect(it.sequences).toEqual({ all: ['default'] });
    const made = planOf([], cluster({ n1: ['web'] }, { settings: { port: 1 } }), { release: it });
    expect(requires(made, 'b@n1')).toEqual([]);
    expect(requires(made, 'd@n1')).toEqual(['b@n1']);
    expect(parameters(made, 'c@n1')).toEqual({ cmd: 'c' });
    expect(made.tasks.find(({ task }) => task === 'c@n1')?.timeoutMs).toBe(9000);
  });

  it('tells what it replaces, and refuses a patch of what is not there', () => {
    const over = release([shell('b'), { patch: 'zz', timeout: 3 }], {
      extends: 'base@*',
      roles: { web: { order: 2 } },
    });
    const { bundle, problems } = resolved(over, { 'base@*': base });
    expect(bundle).toBeNull();
    expect(codes(problems)).toEqual(
      expect.arrayContaining([
        'BUNDLE_REPLACES_BASE role web',
        'BUNDLE_REPLACES_BASE task b',
        'PLAN_UNKNOWN_TASK task zz',
      ]),
    );
  });

  it('refuses a file where the other has a folder', () => {
    const over = release([], { extends: 'base@*' }, ['x.sh/inner']);
    expect(codes(resolved(over, { 'base@*': base }).problems)).toContain('BUNDLE_CLASH file x.sh');
  });

  it('is looked at for missing files and graphs once it is whole', () => {
    const upload = { id: 'u', type: 'upload_file', role: ['web'], parameters: { path: '/x', file: 'x.sh' } };
    const more = { extends: 'base@*', sequences: { s: ['default', 'verify'] } };
    const good = release([upload], { ...more, sequences: {} });
    expect(resolved(good, { 'base@*': base }).bundle).not.toBeNull();
    const bad = release([{ ...upload, parameters: { path: '/x', file: 'gone' } }], more);
    expect(codes(resolved(bad, { 'base@*': base }).problems)).toEqual([
      'BUNDLE_FILE_MISSING task u',
      'BUNDLE_UNKNOWN_GRAPH sequence s',
    ]);
  });

  it('is bounded in depth', () => {
    let below = release([], { name: 'r0' });
    for (let index = 1; index <= 8; index++)
      below = whole(release([], { name: `r${index}`, extends: `r${index - 1}@*` }), { [`r${index - 1}@*`]: below });
    const last = resolved(release([], { name: 'r9', extends: 'r8@*' }), { 'r8@*': below });
    expect([last.bundle, codes(last.problems)]).toEqual([null, ['BUNDLE_BASE_CYCLE release r9@1.0.0']]);
  });

  it('resolves to the newest version in the range, never to itself', () => {
    const versions = ['1.2.0', '1.10.0', '2.0.0', '1.9.9'].map((version) => ({ name: 'b', version }));
    expect(newestInRange({ name: 'x', version: '1.0.0' }, 'b@^1.0.0', versions)?.version).toBe('1.10.0');
    expect(newestInRange({ name: 'b', version: '1.10.0' }, 'b@^1.0.0', versions)?.version).toBe('1.9.9');
    expect(newestInRange({ name: 'x', version: '1.0.0' }, 'b@^3', versions)).toBeNull();
  });
});

describe('an included release', () => {
  const db = release(
    [
      { id: 'init', type: 'shell', role: ['primary-node'], parameters: { cmd: 'init' }, outputs: { type: 'object' } },
      {
        id: 'start',
        type: 'shell',
        role: ['/(primary-)?node/'],
        'cross-depends': [{ name: 'init', role: 'primary-node' }],
        condition: { yaql_exp: '$.port > 0' },
        parameters: {
          cmd: 'start',
          env: {
            PORT: { yaql_exp: '$.port' },
            ROLES: { yaql_exp: '$.roles' },
            T: { output: { task: 'init', field: 't' } },
          },
        },
      },
    ],
    {
      name: 'pg',
      version: '3.0.0',
      roles: { node: { hasPrimary: true, min: 1 } },
      settings: {
        type: 'object',
        required: ['port', 'key'],
        $defs: { port: { type: 'integer', default: 5432 } },
        properties: { port: { $ref: '#/$defs/port' }, key: { type: 'string', secret: true } },
      },
    },
    ['run.sh'],
  );
  const manifest = (more: object = {}) => ({
    roles: { web: {}, both: { tags: ['both', 'db.node'] } },
    settings: { type: 'object', properties: { base: { type: 'integer', default: 6000 } } },
    includes: { db: { release: 'pg@^3.0.0', connect: { after: ['prepare'], before: ['app'] }, ...more } },
  });
  const tasks = [shell('prepare'), shell('app')];
  const including = (more: object = {}, own: unknown = tasks) =>
    whole(release(own, manifest(more)), { 'pg@^3.0.0': db });
  const nodes = { w: ['web'], d1: ['db.node'], d2: ['db.node'] };

  it('has its roles, tags, tasks, settings and files under its name', () => {
    const it = including();
    expect(it.roles['db.node']).toMatchObject({ name: 'db.node', tags: ['db.node'], hasPrimary: true });
    expect(it.files.map(({ path }) => path)).toEqual(['db/run.sh']);
    expect(it.settings).toMatchObject({
      properties: {
        base: {},
        db: { required: ['port', 'key'], properties: { port: { $ref: '#/properties/db/$defs/port' } } },
      },
    });
    expect(it.included).toMatchObject([
      { as: 'db', name: 'pg', version: '3.0.0', digest: 'sha256:pg', files: [{ path: 'run.sh' }] },
    ]);
    expect(lintBundle(it).filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('is ordered in itself, behind what it is connected to and before what comes after it', () => {
    const made = planOf([], cluster(nodes, { settings: { db: { key: 'k' } } }), { release: including() });
    expect(made.tasks.map(({ task }) => task)).toEqual([
      'app@w',
      'db.init@d1',
      'db.start@d1',
      'db.start@d2',
      'prepare@w',
    ]);
    expect(requires(made, 'db.init@d1')).toEqual(['prepare@w']);
    expect(requires(made, 'db.start@d2')).toEqual(['db.init@d1']);
    expect(requires(made, 'app@w')).toEqual(['db.start@d1', 'db.start@d2']);
  });

  it('sees its own settings alone, and its node as it calls it', () => {
    const settings = { port: 1, db: { key: 'k', port: 7 } };
    const made = planOf([], cluster({ ...nodes, x: ['both'] }, { settings }), { release: including() });
    expect(parameters(made, 'db.start@d2')).toMatchObject({
      env: { PORT: 7, ROLES: ['node'], T: { output: { task: 'db.init', node: 'd1', field: 't' } } },
    });
    expect(parameters(made, 'db.start@x')).toMatchObject({ env: { ROLES: ['node'] } });
    const standard = planOf([], cluster(nodes, { settings: { db: { key: 'k' } } }), { release: including() });
    expect(parameters(standard, 'db.start@d1')).toMatchObject({ env: { PORT: 5432, ROLES: ['primary-node'] } });
  });

  it('is fed by the release around it: values, expressions and outputs', () => {
    const own = [...tasks, { ...shell('give'), outputs: { type: 'object' } }];
    const fed = { port: { yaql_exp: '$.base + len($.tags)' }, key: { output: { task: 'give', field: 'key' } } };
    const inner = [
      ...JSON.parse(JSON.stringify([])),
      {
        id: 'use',
        type: 'shell',
        role: ['node'],
        parameters: { cmd: 'x', env: { P: { yaql_exp: '$.port' }, K: { yaql_exp: '$.key' } } },
      },
    ];
    const pg = release(inner, { name: 'pg', version: '3.0.0', roles: { node: {} }, settings: db.settings ?? {} });
    const it = whole(release(own, manifest({ settings: fed })), { 'pg@^3.0.0': pg });
    // What is fed is not for clusters to give.
    expect(it.settings).toMatchObject({ properties: { db: { required: [], properties: {} } } });
    const made = planOf([], cluster({ w: ['web'], d1: ['db.node'] }), { release: it });
    expect(parameters(made, 'db.use@d1')).toMatchObject({
      env: { P: 6001, K: { output: { task: 'give', node: 'w', field: 'key' } } },
    });
    expect(requires(made, 'db.use@d1')).toContain('give@w');
  });

  it('tells what it is fed that cannot be computed, with the task', () => {
    const it = including({ settings: { port: { yaql_exp: '$.nowhere + 1' } } });
    const { problems } = plan({ cluster: cluster(nodes), release: it, plugins: [], graphType: 'default', sha256 });
    const failed = problems.find(({ code }) => code === 'PLAN_EXPRESSION_FAILED');
    expect(failed?.summary).toContain('what is fed to `db.port`');
  });

  it('runs again by what changed in its own settings, not in those around it', () => {
    const pg = release(
      [
        {
          id: 'use',
          type: 'shell',
          role: ['node'],
          condition: { yaql_exp: 'changed($.port)' },
          parameters: { cmd: 'x' },
        },
      ],
      { name: 'pg', version: '3.0.0', roles: { node: {} } },
    );
    const it = whole(release(tasks, manifest({ settings: { port: { yaql_exp: '$.base' } } })), { 'pg@^3.0.0': pg });
    const spec = (settings: object) => cluster({ w: ['web'], d1: ['db.node'] }, { settings });
    const before = asSucceeded(spec({ base: 1, port: 1 }), it, [], sha256);
    const actionWith = (settings: object) =>
      planOf([], spec(settings), { release: it, previous: before.states }).tasks.find(
        ({ task }) => task === 'db.use@d1',
      )?.action;
    expect(actionWith({ base: 1, port: 2 })).toBe('skip');
    expect(actionWith({ base: 2, port: 1 })).toBe('run');
  });

  it('has options of its own, and what they set', () => {
    const env = { ON: { yaql_exp: '$.options.get(tls)' }, PORT: { yaql_exp: '$.port' } };
    const pg = release([{ id: 'use', type: 'shell', role: ['node'], parameters: { cmd: 'x', env } }], {
      ...{ name: 'pg', version: '3.0.0', roles: { node: {} } },
      settings: { type: 'object', properties: { port: { type: 'integer', default: 1 } } },
      options: { wire: { options: { plain: {}, tls: { requires: ['plain'], settings: { port: 443 } } } } },
    });
    const it = whole(release(tasks, manifest()), { 'pg@^3.0.0': pg });
    expect(Object.keys(it.options?.['db.wire']?.options ?? {})).toEqual(['db.plain', 'db.tls']);
    const spec = cluster({ w: ['web'], d1: ['db.node'] }, { options: { 'db.tls': true, 'db.plain': true } });
    const made = planOf([], spec, { release: it });
    expect(parameters(made, 'db.use@d1')).toMatchObject({ env: { ON: true, PORT: 443 } });
  });

  it('takes its files from itself', () => {
    const pg = release(
      [{ id: 'put', type: 'upload_file', role: ['node'], parameters: { path: '/x', file: 'run.sh' } }],
      { name: 'pg', version: '3.0.0', roles: { node: {} } },
      ['run.sh'],
    );
    const it = whole(release(tasks, manifest(), ['run.sh']), { 'pg@^3.0.0': pg });
    const made = planOf([], cluster({ w: ['web'], d1: ['db.node'] }), { release: it });
    expect(made.tasks.find(({ task }) => task === 'db.put@d1')?.files).toMatchObject([{ path: 'run.sh' }]);
  });

  it('can be patched by the release around it and by plugins, in its own terms', () => {
    const it = including({}, [...tasks, { patch: 'db.start', parameters: { cmd: { yaql_exp: 'str($.port)' } } }]);
    const more = plugin('p', [{ patch: 'db.init', timeout: 3 }]);
    const made = planOf([], cluster(nodes, { settings: { db: { key: 'k' } } }), { release: it, plugins: [more] });
    expect(parameters(made, 'db.start@d1')).toMatchObject({ cmd: '5432' });
    expect(made.tasks.find(({ task }) => task === 'db.init@d1')?.timeoutMs).toBe(3000);
  });

  it('may include others, at several names, and their connections hold', () => {
    const includes = {
      one: { release: 'app@*', connect: { before: ['two'] } },
      two: { release: 'app@*' },
    };
    const app = including();
    const it = whole(release([], { name: 'top', includes }), { 'app@*': { ...app, name: 'app' } });
    expect(it.included?.map(({ as }) => as)).toEqual(['one', 'one.db', 'two', 'two.db']);
    const settings = { one: { base: 1, db: { key: 'k', port: 1 } }, two: { base: 2, db: { key: 'k', port: 2 } } };
    const made = planOf([], cluster({ a: ['one.web', 'one.db.node'], b: ['two.web', 'two.db.node'] }, { settings }), {
      release: it,
    });
    expect(parameters(made, 'one.db.start@a')).toMatchObject({ env: { PORT: 1, ROLES: ['primary-node'] } });
    expect(requires(made, 'one.db.init@a')).toEqual(['one.prepare@a']);
    expect(requires(made, 'two.prepare@b')).toEqual(['one.app@a']);
    expect(parameters(made, 'two.db.start@b')).toMatchObject({ env: { PORT: 2 } });
  });

  it('refuses names that are taken, and connections to what is not there', () => {
    const own = [...tasks, shell('db.init')];
    const clashing = {
      ...manifest(),
      roles: { web: {}, 'db.node': {} },
      settings: { properties: { db: { type: 'string' } } },
    };
    expect(codes(resolved(release(own, clashing), { 'pg@^3.0.0': db }).problems)).toEqual([
      'BUNDLE_CLASH role db.node',
      'BUNDLE_CLASH setting db',
      'BUNDLE_CLASH task db.init',
    ]);
    const connect = { after: ['prepar'], before: ['app'] };
    const { problems } = resolved(release(tasks, manifest({ connect })), { 'pg@^3.0.0': db });
    expect(problems).toMatchObject([{ code: 'PLAN_UNKNOWN_NAME', remedy: expect.stringContaining('`prepare`') }]);
    expect(codes(resolved(release(tasks, manifest()), {}).problems)).toEqual(['BUNDLE_UNKNOWN_BASE release r@1.0.0']);
  });

  it('is bounded in depth and number', () => {
    let inner = release([shell('x')], { name: 'i0' });
    for (let index = 1; index <= 4; index++)
      inner = whole(release([], { name: `i${index}`, includes: { in: { release: `i${index - 1}@*` } } }), {
        [`i${index - 1}@*`]: inner,
      });
    const deep = resolved(release([], { name: 'i5', includes: { in: { release: 'i4@*' } } }), { 'i4@*': inner });
    expect(codes(deep.problems)).toEqual(['BUNDLE_BASE_CYCLE release i5@1.0.0']);
  });

  it('finds circles through connections when it is linted', () => {
    const it = including({ connect: { after: ['app'], before: ['prepare'] } }, [
      shell('prepare'),
      shell('app', { requires: ['prepare'] }),
    ]);
    expect(codes(lintBundle(it)).some((each) => each.startsWith('BUNDLE_'))).toBe(true);
    const { problems } = plan({
      cluster: cluster(nodes, { settings: { db: { key: 'k' } } }),
      release: it,
      plugins: [],
      graphType: 'default',
      sha256,
    });
    expect(problems.map(({ code }) => code)).toContain('PLAN_CYCLE');
  });

  it('keeps secrets of its settings secret', () => {
    const property: Json = including().settings?.['properties'] ?? null;
    expect(isJsonObject(property) && property['db']).toMatchObject({ properties: { key: { secret: true } } });
  });
});
