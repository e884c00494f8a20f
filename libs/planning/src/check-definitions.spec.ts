import type { Bundle } from '@muster/model';
import fc from 'fast-check';
import { checkDefinitions } from './check-definitions';
import { outcomeOf, release, tagged } from './planning.testing';

const problems = (bundle: Bundle) =>
  checkDefinitions(bundle).map(({ code, summary }) => `${code} ${summary.replace('comes before itself', '').trim()}`);
const of = (...tasks: object[]) =>
  problems(release(tasks.map((task) => ({ type: 'shell', parameters: { cmd: 'x' }, ...task }))));

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
      [{ id: 'a', roles: ['x'], requires: ['a', '/a/'], 'cross-depends': [{ name: 'a' }] }],
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
      'any of several',
      [
        { id: 'a', roles: ['x'], 'cross-depends': [{ name: 'b', policy: 'any' }] },
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

  it('that is said to be in every cluster is in every cluster', () => {
    const clusters = [
      tagged({ n1: ['x'], n2: ['y'], ctl: [] }, { master: 'ctl' }),
      tagged({ n1: ['x', 'y'], ctl: [] }, { master: 'ctl' }),
      tagged({ n1: ['x'], n2: ['x'], n3: ['y'], n4: ['y', 'z'], ctl: [] }, { master: 'ctl' }),
    ];
    let seen = 0;
    fc.assert(
      fc.property(fc.tuple(...ids.map(definition)), (tasks) => {
        const bundle = release(tasks);
        if (!checkDefinitions(bundle).some(({ code }) => code === 'BUNDLE_CYCLE')) return;
        seen++;
        for (const spec of clusters)
          expect(outcomeOf(tasks, spec).problems.map(({ code }) => code)).toContain('PLAN_CYCLE');
      }),
      { numRuns: 500 },
    );
    expect(seen).toBeGreaterThan(20);
  });
});
