import type { Bundle } from '@muster/model';
import fc from 'fast-check';
import { cluster, outcomeOf, release, tagged } from '../../planning.testing';
import { lintBundle } from '../lint-bundle';

const checkDefinitions = (bundle: Bundle) => lintBundle(bundle).filter(({ code }) => code.startsWith('BUNDLE_'));
const problems = (bundle: Bundle) =>
  checkDefinitions(bundle).map(({ code, summary }) => `${code} ${summary.replace('comes before itself', '').trim()}`);
const bundleOf = (tasks: object[], manifest: object = {}) =>
  release(
    tasks.map((task) => ({ type: 'shell', parameters: { cmd: 'x' }, ...task })),
    manifest,
  );
const of = (...tasks: object[]) => problems(bundleOf(tasks));

describe('a cycle of definitions', () => {
  it.each<[string, object[], RegExp]>([
    [
      'on the same node',
      [
        { id: 'a', roles: ['x'], requires: ['c'] },
        { id: 'b', roles: ['x'], requires: ['a'] },
        { id: 'c', roles: ['x'], requires: ['b'] },
      ],
      /^BUNDLE_CYCLE on every node with the tag x: a -> b -> c -> a$/,
    ],
    [
      'by both directions',
      [
        { id: 'a', roles: ['x'], requires: ['b'] },
        { id: 'b', tags: ['x'], requires: ['c'] },
        { id: 'c', groups: ['x'], requires: ['b'] },
      ],
      /BUNDLE_CYCLE.*b -> c -> b/,
    ],
    [
      'by required_for',
      [
        { id: 'a', roles: ['x'], required_for: ['b'] },
        { id: 'b', roles: ['x'], required_for: ['a'] },
      ],
      /BUNDLE_CYCLE.*x: a -> b -> a/,
    ],
    [
      'where only some places are shared',
      [
        { id: 'a', roles: ['x', 'y'], requires: ['b'] },
        { id: 'b', roles: ['y', 'z'], requires: ['a'] },
      ],
      /BUNDLE_CYCLE on every node with the tag y/,
    ],
    [
      'by a regex that places, and one that relates',
      [
        { id: 'a', roles: ['/x/'], requires: ['/b.*/'] },
        { id: 'b1', roles: ['xx'], requires: ['a'] },
      ],
      /BUNDLE_CYCLE on every node with the tag xx: a -> b1 -> a/,
    ],
    [
      'of what is everywhere',
      [
        { id: 'a', roles: '*', requires: ['b'] },
        { id: 'b', roles: '*', requires: ['a'] },
      ],
      /^BUNDLE_CYCLE : a -> b -> a$/,
    ],
    [
      'although a condition may be false, since what is skipped is still a bridge',
      [
        { id: 'a', roles: ['x'], condition: false, requires: ['b'] },
        { id: 'b', roles: ['x'], requires: ['a'] },
      ],
      /BUNDLE_CYCLE/,
    ],
    [
      'through a stage',
      [
        { id: 's', type: 'stage', 'cross-depends': [{ name: 'a' }] },
        { id: 'a', roles: ['x'], requires: ['s'] },
      ],
      /BUNDLE_CYCLE on every node with the tag x: a -> s -> a/,
    ],
    [
      'across nodes',
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'b' }] },
        { id: 'b', roles: ['y'], 'cross-depends': [{ name: 'a' }] },
      ],
      /BUNDLE_CYCLE.*: a -> b -> a/,
    ],
    [
      'across nodes and on one',
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'c' }] },
        { id: 'b', roles: ['x'], required_for: ['a'], after: ['c'] },
        { id: 'c', roles: ['y'], after: ['b', 'a'] },
      ],
      /BUNDLE_CYCLE/,
    ],
    [
      'on nodes that have two roles: a warning',
      [
        { id: 'a', roles: ['x'], requires: ['b'] },
        { id: 'b', roles: ['y'], requires: ['a'] },
      ],
      /BUNDLE_POSSIBLE_CYCLE on a node that has them all: a -> b -> a/,
    ],
    [
      'of members of a group',
      [
        { id: 'g', type: 'group', roles: ['x'], tasks: ['a', 'b'] },
        { id: 'a', requires: ['b'] },
        { id: 'b', requires: ['a'] },
      ],
      /BUNDLE_CYCLE on every node with the tag x/,
    ],
  ])('is found %s', (_, tasks, expected) => {
    expect(of(...tasks)).toEqual([expect.stringMatching(expected)]);
  });

  it.each<[string, object[]]>([
    [
      'itself, which a task never requires',
      [{ id: 'a', roles: ['x'], requires: ['a', '/a/'], 'cross-depends': [{ name: 'a', role: 'self' }] }],
    ],
    [
      'the primary first, then the others',
      [
        { id: 'a', roles: ['x', 'primary-x'] },
        { id: 'b', roles: ['x', 'primary-x'], requires: ['a'] },
        { id: 'a2', roles: ['x'], required_for: ['a'], 'cross-depends': [{ name: 'b', role: 'primary-x' }] },
      ],
    ],
    [
      'a computed relation',
      [
        { id: 'a', roles: ['x'], requires: [{ yaql_exp: '"b"' }] },
        { id: 'b', roles: ['x'], requires: ['a'] },
      ],
    ],
    [
      'a task of the sync point that requires one of a node',
      [
        { id: 's', type: 'stage', requires: ['a'] },
        { id: 'a', roles: ['x'], requires: ['s'] },
      ],
    ],
    [
      'what is nowhere',
      [
        { id: 'a', requires: ['b'] },
        { id: 'b', requires: ['a'] },
      ],
    ],
    ['names that do not exist', [{ id: 'a', roles: ['x'], requires: ['b'], required_for: ['c'] }]],
    [
      'the master, where roles do not look',
      [
        { id: 'a', roles: ['master'], 'cross-depends': [{ name: 'b' }] },
        { id: 'b', roles: ['master'], requires: ['a'] },
      ],
    ],
  ])('is not seen in %s', (_, tasks) => {
    expect(of(...tasks)).toEqual([]);
  });

  it.each<[string, object, object[], RegExp]>([
    [
      'by the order of roles',
      { first: { order: 1 }, second: { order: 2 } },
      [
        { id: 'a', roles: ['first'], 'cross-depends': [{ name: 'b' }] },
        { id: 'b', roles: ['second'] },
      ],
      /^BUNDLE_CYCLE with a node for each role, named after it: a@first-1 -> b@second-1 -> a@first-1$/,
    ],
    [
      'by the order of roles that share nodes: a warning',
      { first: { order: 1 }, second: { order: 2 } },
      [
        { id: 'a', roles: ['first'], requires: ['b'] },
        { id: 'b', roles: ['second'] },
      ],
      /^BUNDLE_POSSIBLE_CYCLE where nodes have several roles: a@node-1 -> b@node-1 -> a@node-1$/,
    ],
    [
      'by one node of a role after the other: a warning, since with one node there is none',
      { x: { mode: 'serial' } },
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'b' }] },
        { id: 'b', roles: ['x'] },
      ],
      /^BUNDLE_POSSIBLE_CYCLE with two nodes for each role, named after it: a@x-1 -> a@x-2 -> b@x-2 -> a@x-1$|^BUNDLE_POSSIBLE_CYCLE with two nodes.*: a@x-1 -> b@x-2 -> a@x-1$/,
    ],
    [
      'by a leader that goes first',
      { x: { mode: 'leader', min: 2 } },
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'b' }] },
        { id: 'b', roles: ['x'] },
      ],
      /^BUNDLE_POSSIBLE_CYCLE with two nodes/,
    ],
    [
      'by any of several, where each takes one',
      {},
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'b', policy: 'any' }] },
        { id: 'b', roles: ['y'], 'cross-depends': [{ name: 'a', policy: 'any' }] },
      ],
      /^BUNDLE_CYCLE with a node for each role.*: a@x-1 -> b@y-1 -> a@x-1$/,
    ],
    [
      'by any of those on its own node',
      {},
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'b', policy: 'any', role: 'self' }] },
        { id: 'b', roles: ['x'], requires: ['a'] },
      ],
      /^BUNDLE_CYCLE on every node with the tag x/,
    ],
    [
      'by all tasks of its own definition',
      {},
      [{ id: 'a', roles: ['x'], 'cross-depends': [{ name: 'a' }] }],
      /^BUNDLE_POSSIBLE_CYCLE with two nodes for each role.*: a@x-1 -> a@x-2 -> a@x-1$/,
    ],
    [
      'by a role of another node',
      {},
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'b', role: 'y' }] },
        { id: 'b', roles: ['y'], 'cross-depends': [{ name: 'a', role: ['/x/'] }] },
      ],
      /^BUNDLE_CYCLE with a node for each role/,
    ],
    [
      'by an output',
      {},
      [
        { id: 'a', roles: ['x'], outputs: {}, requires: ['b'] },
        { id: 'b', roles: ['x'], parameters: { cmd: { output: { task: 'a', field: 'f' } } } },
      ],
      /^BUNDLE_CYCLE with a node for each role.*: a@x-1 -> b@x-1 -> a@x-1$/,
    ],
  ])('is found %s', (_, roles, tasks, expected) => {
    const bundle = bundleOf(tasks, Object.keys(roles).length > 0 ? { roles } : {});
    expect(problems(bundle)).toEqual([expect.stringMatching(expected)]);
  });

  it('is not seen where a role has no more nodes than it takes', () => {
    const tasks = [{ id: 'a', roles: ['x'], 'cross-depends': [{ name: 'a' }] }];
    expect(problems(bundleOf(tasks, { roles: { x: { max: 1 } } }))).toEqual([]);
  });

  it('that planning would find is found, and said once', () => {
    const tasks = [
      { id: 'a', type: 'shell', parameters: { cmd: 'x' }, roles: ['first'], 'cross-depends': [{ name: 'b' }] },
      { id: 'b', type: 'shell', parameters: { cmd: 'x' }, roles: ['second'] },
    ];
    const bundle = release(tasks, { roles: { first: { order: 1 }, second: { order: 2 } } });
    const planned = outcomeOf([], cluster({ 'first-1': ['first'], 'second-1': ['second'] }), { release: bundle });
    const [told, ...others] = planned.problems.filter(({ severity }) => severity === 'error');
    expect(others).toEqual([]);
    const [found] = problems(bundle);
    expect(found).toContain(told?.summary.replace('comes before itself', ''));
  });

  it('is told with its path, and with the place of each definition', () => {
    const [found] = checkDefinitions(
      release(
        '- {id: a, type: shell, roles: [x], requires: [b], parameters: {cmd: x}}\n- {id: b, type: shell, roles: [x], requires: [a], parameters: {cmd: x}}\n',
      ),
    );
    expect(found).toMatchObject({
      subject: 'task a',
      place: { file: 'tasks.yaml', line: 1 },
      detail: 'a: tasks.yaml:1\nb: tasks.yaml:2',
    });
  });

  const ids = ['a', 'b', 'c', 'd'];
  const name = fc.constantFrom(...ids, '/[ab]/');
  const role = fc.constantFrom('*', 'self', 'x', 'y', 'master', ['x', 'y'], '/x/');
  const relations = fc.array(
    fc.record({ name, role, policy: fc.constantFrom('all', 'any') }, { requiredKeys: ['name'] }),
    { maxLength: 2 },
  );
  const placement = fc.oneof(fc.constant('*'), fc.subarray(['x', 'y', 'master', '/x|y/'], { minLength: 1 }));
  const definition = (id: string) =>
    fc.record(
      {
        id: fc.constant(id),
        type: fc.constantFrom('anchor', 'anchor', 'anchor', 'stage'),
        version: fc.constant('2.0.0'),
        roles: placement,
        condition: fc.boolean(),
        requires: relations,
        required_for: relations,
        'cross-depends': relations,
        'cross-depended-by': relations,
        after: fc.subarray(ids.slice(0, 2)),
      },
      { requiredKeys: ['id', 'type', 'version', 'roles'] },
    );

  const declaredRole = fc.record(
    { order: fc.constantFrom(1, 2), mode: fc.constantFrom('concurrent', 'serial', 'leader') },
    { requiredKeys: [] },
  );
  const roles = fc.oneof(fc.constant({}), fc.record({ roles: fc.record({ x: declaredRole, y: declaredRole }) }));

  const plain = (id: string, on: string | string[]) => ({ id, type: 'anchor', version: '2.0.0', roles: on });

  it('that is said to be in every cluster is in every cluster', () => {
    const clusters = [
      tagged({ n1: ['x'], n2: ['y'], ctl: [] }, { master: 'ctl' }),
      tagged({ n1: ['x', 'y'], ctl: [] }, { master: 'ctl' }),
      tagged({ n1: ['x'], n2: ['x'], n3: ['y'], n4: ['y', 'z'], ctl: [] }, { master: 'ctl' }),
    ];
    const seen = { byDefinitions: 0, byExamples: 0 };
    fc.assert(
      fc.property(fc.tuple(...ids.map(definition)), roles, (tasks, declared) => {
        const bundle = release(tasks, declared);
        const found = checkDefinitions(bundle).find(({ code }) => code === 'BUNDLE_CYCLE');
        if (!found) return;
        if (found.summary.includes('a node for each role')) seen.byExamples++;
        else seen.byDefinitions++;
        for (const spec of clusters)
          expect(outcomeOf([], spec, { release: bundle }).problems.map(({ code }) => code)).toContain('PLAN_CYCLE');
      }),
      {
        numRuns: 300,
        examples: [
          // `b` may be on nodes that no definition names, and `any` may choose one of those.
          [
            [
              {
                ...plain('a', ['y']),
                requires: [{ name: 'b' }],
                'cross-depended-by': [{ name: '/[ab]/', policy: 'any' }],
              },
              ...[plain('b', '*'), plain('c', '*'), plain('d', ['y'])],
            ],
            {},
          ] as never,
        ],
      },
    );
    expect(seen.byDefinitions).toBeGreaterThan(20);
    expect(seen.byExamples).toBeGreaterThan(0);
  });
});
