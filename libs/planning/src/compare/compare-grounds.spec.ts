import type { PlanGrounds } from '../plan-grounds';
import { cluster, outcomeOf, release } from '../planning.testing';
import type { PlanInput } from '../plan-input';
import { compareGrounds } from './compare-grounds';

const tasks = [{ id: 'a', type: 'shell', roles: ['web'] }];
const spec = cluster({ n1: ['web'], n2: ['web'] });

function grounds(more: Partial<PlanInput> = {}, of = spec): PlanGrounds {
  const outcome = outcomeOf(tasks, of, more);
  if (!outcome.grounds) throw new Error('no plan');
  return outcome.grounds;
}

const identity = { revision: 'r1', bundles: ['b1'], nodes: { n1: 'k1', n2: 'k2' }, previous: { 'a@n1': 'p1' } };
const versioned = (version: string) => {
  const made = release(tasks);
  return { ...made, version };
};

describe('what two plans were made from', () => {
  it.each<[string, Partial<PlanInput>, string[]]>([
    ['nothing', {}, []],
    ['the revision', { identity: { ...identity, revision: 'r2' } }, ['the revision']],
    ['the release', { release: versioned('1.1.0') }, ['the release (r@1.0.0 -> r@1.1.0)']],
    ['what a release holds', { identity: { ...identity, bundles: ['b2'] } }, ['the content of release or plugins']],
    ['identities', { identity: { ...identity, nodes: { n1: 'k1', n2: null } } }, ['the identity of nodes n2']],
    [
      'previous states',
      { identity: { ...identity, previous: { 'a@n2': 'p1' } } },
      ['the previous state of a@n1, a@n2'],
    ],
    ['an option', { options: { force: true } }, ['the option force (false -> true)']],
    ['a list', { options: { nodes: ['n2', 'n1'] } }, ['the option nodes (all -> n1, n2)']],
  ])('differs in %s', (_, change, expected) => {
    expect(compareGrounds(grounds({ identity }), grounds({ identity, ...change }))).toEqual(expected);
  });

  it('differs in nodes and their tags', () => {
    const tagged = cluster({ n1: ['web', 'db'], n3: ['web'] });
    expect(compareGrounds(grounds({}), grounds({}, tagged))).toEqual([
      'nodes that are gone n2',
      'new nodes n3',
      'tags or primaries of nodes n1',
    ]);
  });

  it('is told at most five times of a kind', () => {
    const many = cluster(Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`n${at + 1}`, ['web']])));
    expect(compareGrounds(grounds({}), grounds({}, many))).toEqual(['new nodes n3, n4, n5, n6, n7 and 2 more']);
  });

  it('says all that the digest holds, but for the graph', () => {
    const digestOf = (more: Partial<PlanInput>) => outcomeOf(tasks, spec, { identity, ...more }).plan?.digest;
    for (const more of [{ options: { noop: true } }, { identity: { ...identity, revision: 'x' } }]) {
      expect(digestOf(more)).not.toBe(digestOf({}));
      expect(compareGrounds(grounds({ identity }), grounds({ identity, ...more }))).toHaveLength(1);
    }
  });
});
