import fc from 'fast-check';
import { cluster, codes, outcomeOf, planOf, release } from '../planning.testing';
import { tolerated } from './set-fault-tolerance';

const five = cluster({ n10: ['c'], n2: ['c'], n3: ['c'], n4: ['c'], n5: ['c'] });
const group = (fault_tolerance: unknown): object[] => [
  { id: 'x', type: 'shell', roles: ['c'] },
  { id: 'g', type: 'group', roles: ['c'], ...(fault_tolerance === undefined ? {} : { fault_tolerance }) },
];

describe('fault tolerance', () => {
  it.each([
    [undefined, 6],
    [null, 6],
    [0, 0],
    [2, 2],
    ['2', 2],
    ['50%', 2],
    ['39%', 1],
    ['19%', 0],
    ['100%', 5],
    [-2, 3],
    [-5, 0],
  ])('of a group of five with %j is %d', (value, expected) => {
    expect(planOf(group(value), five).faultTolerance).toEqual([
      { name: 'g', nodes: ['n10', 'n2', 'n3', 'n4', 'n5'], tolerated: expected },
    ]);
  });

  it('warns when more nodes should succeed than there are', () => {
    expect(codes(outcomeOf(group(-6), five).problems)).toEqual(['PLAN_TOLERANCE_OUT_OF_RANGE group g']);
  });

  it('has an entry for each role that declares one, and none where there are no nodes', () => {
    const withRoles = release(group(1), { roles: { c: { faultTolerance: '20%' }, d: { faultTolerance: 1 }, e: {} } });
    expect(planOf([], five, { release: withRoles }).faultTolerance).toEqual([
      { name: 'c', nodes: ['n10', 'n2', 'n3', 'n4', 'n5'], tolerated: 1 },
      { name: 'g', nodes: ['n10', 'n2', 'n3', 'n4', 'n5'], tolerated: 1 },
    ]);
  });

  it('never tolerates less than nobody, nor a percentage more than there are', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(1000), fc.nat(2000), (percent, size, atLeast) => {
        const byPercent = tolerated({ percent }, size);
        expect(byPercent).toBeLessThanOrEqual(size);
        expect(byPercent * 100).toBeLessThanOrEqual(percent * size);
        expect((byPercent + 1) * 100).toBeGreaterThan(percent * size);
        expect(tolerated({ atLeast }, size)).toBe(Math.max(0, size - atLeast));
      }),
    );
  });
});
