import { shortestCycle, digraphOf } from '@muster/graph';
import { parseBundle } from '@muster/catalog';
import { byCodeUnit, type Bundle, type ClusterSpec, type Plan } from '@muster/model';
import { hasErrors } from '@muster/problems';
import fc from 'fast-check';
import { plan } from './plan';
import { asSucceeded } from './evaluation/previous-cluster';
import type { PlanOutcome } from './plan-input';
import { cluster, release as manifest, sha256, tagged } from './planning.testing';
import { planJson } from './render/plan-json';

const word = fc.constantFrom(
  'a',
  'b',
  'c',
  'd',
  'constructor',
  '__proto__',
  'primary-a',
  'master',
  'self',
  'null',
  '*',
  '/a/',
  '/.*/',
  '/((a+)+)+$/',
  '/(/',
  '😀',
  '..',
  'sync',
  '',
);
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'constructor', 'x.y-z_1', 'toString');
const role = fc.option(fc.oneof(word, fc.array(word, { maxLength: 3 })), { freq: 4 });
const relation = fc.oneof(
  word,
  fc.record({ name: word, role, policy: fc.constantFrom('all', 'any') }, { requiredKeys: ['name'] }),
  fc.record({ yaql_exp: fc.constantFrom('1', 'x', '$.relation', '$.tags', 'null') }),
);
const relations = fc.oneof(fc.array(relation, { maxLength: 3 }), relation);
const amount = fc.constantFrom(0, -1, 1, 6, 101, 1e308, null, '2', { yaql_exp: 'x' });

/** Anything that a task file may say, sensible or not. */
const definition = fc.record(
  {
    id,
    type: fc.constantFrom('shell', 'puppet', 'stage', 'skipped', 'anchor', 'group', 'upload_file'),
    tags: fc.oneof(word, fc.array(word, { maxLength: 3 })),
    roles: fc.oneof(word, fc.array(word, { maxLength: 3 })),
    groups: fc.array(word, { maxLength: 2 }),
    requires: relations,
    required_for: relations,
    'cross-depends': relations,
    cross_depended_by: relations,
    after: fc.array(id, { maxLength: 2 }),
    tasks: fc.array(id, { maxLength: 2 }),
    condition: fc.constantFrom<unknown>(
      ...[true, false, null, 'x', 'settings:a.b == true', { yaql_exp: 'x' }, { yaql_exp: 'changed($.b)' }],
      ...[
        { yaql_exp: '$.b in $.tags' },
        { yaql_exp: '$.constructor.constructor' },
        { yaql_exp: '$.matches("((a+)+)+$")' },
      ],
    ),
    inputs: fc.constantFrom<unknown>(null, {}, { a: 1 }, { a: { yaql_exp: '$.b' } }, { __proto__: 1 }),
    repeat: fc.constantFrom<unknown>(null, { times: 2 }, { times: 3, judge: 'last' }, { times: 0 }),
    fault_tolerance: fc.constantFrom(0, 1, -1, '50%', '101%', null),
    parameters: fc.record({
      cmd: fc.constantFrom<unknown>('true', { yaql_exp: '$.b' }, { output: { task: 'a', field: 'x' } }),
      strategy: fc.record({ type: fc.constantFrom('parallel', 'one_by_one'), amount }),
    }),
  },
  { requiredKeys: ['id', 'type'] },
);

/** Sensible definitions, which only ever come after earlier ones: most of these make a plan. */
const sensible = fc
  .array(
    fc.record({
      type: fc.constantFrom('shell', 'shell', 'shell', 'stage', 'skipped', 'anchor', 'group'),
      placement: fc.constantFrom<object>(
        { tags: ['a'] },
        { roles: ['a', 'b'] },
        { groups: ['/a|b/'] },
        { roles: '*' },
        { role: 'master' },
        { tags: ['primary-a', 'constructor'] },
      ),
      back: fc.array(
        fc.tuple(
          fc.integer({ min: 1, max: 3 }),
          fc.constantFrom('requires', 'cross-depends', 'after', 'any', 'self', 'sync'),
        ),
        { maxLength: 3 },
      ),
      limit: fc.constantFrom(1, 2, null),
      condition: fc.constantFrom<unknown>(true, true, false, { yaql_exp: 'changed($.b)' }, { yaql_exp: '$.uid != 1' }),
      inputs: fc.constantFrom<unknown>(null, {}, { b: { yaql_exp: '$.b' } }, { uid: { yaql_exp: '$.uid' } }),
      repeat: fc.constantFrom<unknown>(null, null, { times: 3 }),
      fault_tolerance: fc.constantFrom(0, 1, -1, '50%', null),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) =>
    all.map(({ type, placement, back, limit, ...rest }, index) => {
      const named = (kind: string): string[] =>
        back.filter(([steps, of]) => of === kind && steps <= index).map(([steps]) => `d${index - steps}`);
      const cross = [
        ...named('cross-depends').map((name) => ({ name })),
        ...named('any').map((name) => ({ name, policy: 'any' })),
        ...named('self').map((name) => ({ name, role: 'self' })),
        ...named('sync').map((name) => ({ name, role: null })),
      ];
      const parameters = { cmd: 'true', strategy: { type: 'parallel', amount: limit } };
      return {
        id: `d${index}`,
        type,
        ...placement,
        ...rest,
        parameters,
        requires: named('requires'),
        after: named('after'),
        'cross-depends': cross,
      };
    }),
  );

/** What is left of them once the catalogue has refused what it refuses: the release is made of the good ones. */
const bundle = fc
  .oneof({ arbitrary: sensible, weight: 3 }, { arbitrary: fc.array(definition, { maxLength: 8 }), weight: 1 })
  .map((all: readonly { readonly id: string }[]): Bundle => {
    const known = new Map<string, object>();
    for (const each of all) {
      const { bundle: own } = parseBundle([{ path: 'tasks.yaml', text: JSON.stringify([each]) }], {
        manifestOptional: true,
      });
      if (own) known.set(each.id, each);
    }
    const parsed = parseBundle([{ path: 'tasks.yaml', text: JSON.stringify([...known.values()]) }], {
      manifestOptional: true,
    });
    return parsed.bundle as Bundle;
  });

const nodes = fc.dictionary(
  fc.constantFrom('1', '2', '10', 'constructor', 'n'),
  fc.array(fc.constantFrom('a', 'b', 'constructor', 'primary-a'), { minLength: 1, maxLength: 3 }),
  { minKeys: 1, maxKeys: 5, noNullPrototype: true },
);
const input = fc.record({
  release: bundle,
  nodes,
  raw: fc.boolean(),
  withTags: fc.boolean(),
  tasks: fc.option(fc.array(id, { maxLength: 2 }), { freq: 2 }),
  subgraphs: fc.option(
    fc.array(fc.constantFrom('d0:', ':d1', 'd0:d2', 'd1/1:', 'a:b', ':', '__proto__:'), { maxLength: 2 }),
    {
      freq: 8,
    },
  ),
  fetchDeps: fc.boolean(),
  force: fc.boolean(),
  taskBased: fc.constantFrom(null, null, true, false),
  modes: fc.dictionary(
    fc.constantFrom('a', 'b', 'constructor'),
    fc.record({
      order: fc.constantFrom(1, 2, 2, -1),
      mode: fc.constantFrom('concurrent', 'serial', 'leader'),
      hasPrimary: fc.boolean(),
      ramp: fc.constantFrom(null, null, { steps: [1] }, { steps: [1, '50%'], gate: 'manual' }),
    }),
    { maxKeys: 2, noNullPrototype: true },
  ),
  now: fc.constantFrom({}, { b: [1, 2] }, { b: 'b', relation: { name: 'd0' } }),
  before: fc.option(fc.constantFrom({}, { b: [1] }, { b: 'b' }), { freq: 2 }),
});

function outcomeFor(it: typeof input extends fc.Arbitrary<infer T> ? T : never): PlanOutcome {
  const { nodes: own, raw, tasks, subgraphs, fetchDeps, force } = it;
  const clusterWith = (settings: object): ClusterSpec =>
    (it.withTags ? tagged : cluster)(own, { settings, taskBased: it.taskBased });
  const release = { ...it.release, roles: manifest([], { roles: it.modes }).roles };
  const previous = it.before && asSucceeded(clusterWith(it.before), release, [], sha256);
  return plan({
    cluster: clusterWith(it.now),
    release,
    plugins: [],
    graphType: 'default',
    sha256,
    options: { raw, tasks, subgraphs, fetchDeps, force },
    ...(previous ? { previous: previous.states, previousPrimaries: previous.primaries } : {}),
  });
}

/** Everything that whoever reads a plan takes for granted. */
function check(made: Plan): void {
  const names = [...made.tasks.map(({ task }) => task), ...made.barriers.map(({ id: barrier }) => barrier)];
  expect(new Set(names).size).toBe(names.length);
  expect(made.tasks.map(({ task }) => task)).toEqual(made.tasks.map(({ task }) => task).sort(byCodeUnit));
  const edges: [string, string][] = [];
  for (const { task, requires, limits, limit, definition: of } of made.tasks) {
    expect([...new Set(requires)].sort(byCodeUnit)).toEqual(requires);
    expect(requires).not.toContain(task);
    for (const before of requires) edges.push([before, task]);
    for (const key of limits) expect(made.limits[key]).toBeGreaterThanOrEqual(1);
    if (limits.includes(`definition:${of}`)) expect(made.limits[`definition:${of}`]).toBe(limit);
  }
  for (const { id: barrier, requires } of made.barriers) for (const before of requires) edges.push([before, barrier]);
  // Each relation leads into the graph (`digraphOf` refuses others), and there is no cycle.
  expect(shortestCycle(digraphOf(names, edges))).toBeNull();
  for (const group of made.faultTolerance) {
    expect(group.nodes.length).toBeGreaterThan(0);
    expect(group.tolerated).toBeGreaterThanOrEqual(0);
  }
  for (const task of made.criticalPath) expect(names).toContain(task);
}

describe('any input', () => {
  it('makes a plan of a fair part of these, so that they test something', () => {
    const made = fc.sample(input, { numRuns: 300, seed: 7 }).map((it) => outcomeFor(it).plan?.tasks.length ?? 0);
    expect(made.filter((tasks) => tasks > 3).length).toBeGreaterThan(30);
  });

  it('gives a plan without errors or errors without a plan, and nothing is thrown', () => {
    fc.assert(
      fc.property(input, (it) => {
        const outcome = outcomeFor(it);
        expect(outcome.plan === null).toBe(hasErrors(outcome.problems));
        if (outcome.plan) check(outcome.plan);
      }),
      { numRuns: 200 },
    );
  });

  it('can be planned with ramps if it can be planned without', () => {
    const withRamp = (it: Parameters<typeof outcomeFor>[0], ramp: object | null): PlanOutcome => {
      const modes = { a: { ramp }, b: { ramp } } as unknown as typeof it.modes;
      return outcomeFor({ ...it, modes, tasks: null, subgraphs: null });
    };
    let ramped = 0;
    fc.assert(
      fc.property(input, (it) => {
        if (withRamp(it, null).plan === null) return;
        const made = withRamp(it, { steps: [1, 1] }).plan;
        expect(made).not.toBeNull();
        if (made?.tasks.some(({ reason }) => reason.code === 'ramp')) ramped++;
      }),
      { numRuns: 200 },
    );
    expect(ramped).toBeGreaterThan(10);
  });

  it('gives the same plan again, byte for byte', () => {
    fc.assert(
      fc.property(input, (it) => {
        const [one, other] = [outcomeFor(it), outcomeFor(it)];
        expect(JSON.stringify(one)).toBe(JSON.stringify(other));
        if (!one.plan) return;
        expect([...one.fingerprints]).toEqual([...other.fingerprints]);
        expect(JSON.parse(JSON.stringify(planJson(one.plan)))).toEqual(planJson(one.plan));
      }),
      { numRuns: 100 },
    );
  });
});
