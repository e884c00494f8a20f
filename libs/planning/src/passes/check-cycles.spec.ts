import { cluster, outcomeOf } from '../planning.testing';

const spec = cluster(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`n${index}`, ['a']])));
const shell = (id: string, more: object): object => ({ id, type: 'shell', roles: ['a'], ...more });

describe('a cycle', () => {
  it('is refused with the shortest path as definition@node', () => {
    const tasks = [
      shell('a', { requires: ['d'] }),
      shell('b', { requires: ['a'] }),
      shell('c', { requires: ['b'] }),
      shell('d', { requires: ['c', 'b'] }),
    ];
    const outcome = outcomeOf(tasks, spec);
    expect(outcome.plan).toBeNull();
    expect(outcome.problems).toMatchObject([
      {
        code: 'PLAN_CYCLE',
        subject: 'task a@n0',
        summary: 'comes before itself: a@n0 -> b@n0 -> d@n0 -> a@n0',
        detail: 'a: tasks.yaml:1\nb: tasks.yaml:1\nd: tasks.yaml:1',
      },
    ]);
  });

  it('through barriers shows tasks only', () => {
    const tasks = [shell('a', { 'cross-depends': [{ name: 'b' }] }), shell('b', { 'cross-depends': [{ name: 'a' }] })];
    expect(outcomeOf(tasks, spec).problems[0]?.summary).toBe('comes before itself: a@n0 -> b@n0 -> a@n0');
  });

  it('between nodes of one definition is one: each of them would wait for the others', () => {
    const [problem] = outcomeOf([shell('a', { 'cross-depends': [{ name: 'a' }] })], spec).problems;
    expect(problem?.summary).toMatch(/^comes before itself: a@n0 -> a@n\d -> a@n0$/);
  });

  it('of great length is cut in the middle', () => {
    const long = Array.from({ length: 200 }, (_, index) =>
      shell(`t${index}`, { requires: [`t${(index + 199) % 200}`] }),
    );
    const [problem] = outcomeOf(long, cluster({ n: ['a'] })).problems;
    expect(problem?.summary.split(' -> ')).toHaveLength(41);
    expect(problem?.summary).toContain(' -> ... -> ');
  });
});
