import { cluster, outcomeOf, printedAfter, release } from '../planning.testing';

const roles = { db: { tags: ['db', 'backup'], hasPrimary: true }, web: {} };
const tasks = ['db', 'primary-db', 'backup', 'web', 'other'].map((tag) => ({
  id: `on-${tag}`,
  type: 'shell',
  tags: [tag],
}));
const ofRoles = release(tasks, { roles });
const nodes = { n10: ['db'], n9: ['db', 'web'], n2: ['other'] };

describe('tags', () => {
  it('come from roles, one node carries the primary: the first in natural order; an unknown role is its own tag', () => {
    expect(printedAfter('place definitions', [], cluster(nodes), { release: ofRoles })).toBe(
      [
        'on-backup@n10 shell run',
        'on-backup@n9 shell run',
        'on-db@n10 shell run',
        'on-other@n2 shell run',
        'on-primary-db@n9 shell run',
        'on-web@n9 shell run',
      ].join('\n'),
    );
  });

  it('keep the primary where it was, and choose anew when that node is gone', () => {
    expect(outcomeOf([], cluster(nodes), { release: ofRoles }).primaries).toEqual({ db: 'n9' });
    expect(outcomeOf([], cluster(nodes), { release: ofRoles, previousPrimaries: { db: 'n10' } }).primaries).toEqual({
      db: 'n10',
    });
    expect(outcomeOf([], cluster(nodes), { release: ofRoles, previousPrimaries: { db: 'n77' } }).primaries).toEqual({
      db: 'n9',
    });
  });

  it('that are given by hand are taken as they are, and a primary given by hand is the only one', () => {
    const spec = cluster({}, { nodes: { n1: { roles: ['db'] }, n2: { roles: ['db'], tags: ['primary-db'] } } });
    const outcome = outcomeOf([], spec, { release: ofRoles });
    expect(outcome.primaries).toEqual({});
    expect(outcome.plan?.tasks.map(({ task }) => task)).toEqual(['on-backup@n1', 'on-db@n1', 'on-primary-db@n2']);
  });

  it('may have a primary by themselves', () => {
    const withTags = release(tasks, { roles: { r: { tags: ['db', 'web'] } }, tags: { web: { hasPrimary: true } } });
    expect(outcomeOf([], cluster({ n1: ['r'], n2: ['r'] }), { release: withTags }).primaries).toEqual({ web: 'n1' });
  });
});
