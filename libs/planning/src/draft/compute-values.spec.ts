import { cluster, codes, outcomeOf } from '../planning.testing';

const listOf = (count: number): string => `[${Array.from({ length: count }, () => '$.long').join(',')}]`;
const task = (yaql: string): object => ({
  id: 'x',
  type: 'shell',
  roles: ['a'],
  parameters: { cmd: { yaql_exp: yaql } },
});
const settings = { long: 'x'.repeat(100_000) };

describe('computed values', () => {
  it('that repeat what is large are refused before they are written out, and nothing more is computed', () => {
    const spec = cluster({ n1: ['a'], n2: ['a'] }, { settings });
    const tasks = [task(listOf(1100)), { ...task(listOf(1100)), id: 'y' }];
    const { plan, problems } = outcomeOf(tasks, spec);
    expect(plan).toBeNull();
    expect(codes(problems)).toEqual(['PLAN_TOO_LARGE task x@n1']);
    expect(problems[0]).toMatchObject({ place: { file: 'tasks.yaml', path: 'parameters.cmd' } });
  });

  it('may be large', () => {
    expect(outcomeOf([task(listOf(400))], cluster({ n1: ['a'], n2: ['a'] }, { settings })).problems).toEqual([]);
  });
});
