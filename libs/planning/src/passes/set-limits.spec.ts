import type { Evaluator } from '../evaluator';
import { cluster, codes, outcomeOf, planOf, release, scripted } from '../planning.testing';

const spec = cluster({ n1: ['a'], n2: ['a', 'b'] }, { limits: { nodesAtOnce: 3 } });
const x = (strategy: object, more: object = {}): object => ({
  id: 'x',
  type: 'shell',
  roles: '*',
  parameters: { strategy },
  ...more,
});

describe('limits', () => {
  it.each([
    [{ type: 'one_by_one' }, 1],
    [{ type: 'parallel', amount: 6 }, 6],
    [{ type: 'parallel', amount: null }, null],
    [{ type: 'parallel' }, null],
  ])('of a strategy %j are %j', (strategy, limit) => {
    const made = planOf([x(strategy)], spec);
    expect(made.tasks.map((task) => task.limit)).toEqual([limit, limit]);
    expect(made.limits).toEqual({ ...(limit === null ? {} : { 'definition:x': limit }), nodes: 3 });
  });

  it('say which of them each task takes a slot of: its own, its roles, the nodes at once; none if it is skipped or has no node', () => {
    const withRoles = release(
      [
        x({ type: 'one_by_one' }),
        { id: 'off', type: 'shell', roles: '*', condition: false },
        { id: 's', type: 'stage' },
      ],
      { roles: { a: { concurrency: 2 }, b: { concurrency: 1 } } },
    );
    const made = planOf([], spec, { release: withRoles });
    expect(Object.fromEntries(made.tasks.map(({ task, limits }) => [task, limits]))).toEqual({
      'x@n1': ['definition:x', 'nodes', 'role:a'],
      'x@n2': ['definition:x', 'nodes', 'role:a', 'role:b'],
      'off@n1': [],
      'off@n2': [],
      's@sync': [],
    });
    expect(made.limits).toEqual({ 'definition:x': 1, nodes: 3, 'role:a': 2, 'role:b': 1 });
  });

  it('count tasks of the master against the roles of the node that carries it', () => {
    const made = planOf([], cluster({ n1: ['a'] }, { master: 'n1' }), {
      release: release([{ id: 'm', type: 'shell', roles: ['master'] }], { roles: { a: { concurrency: 1 } } }),
    });
    expect(made.tasks[0]?.limits).toEqual(['role:a']);
  });

  const amounts = (byNode: Record<string, unknown>): Evaluator =>
    scripted((_, { node }) => ({ ok: true, value: (byNode[node] ?? null) as number }));

  it('that are computed hold at their smallest, with a warning where they differ', () => {
    const computed = x({ type: 'parallel', amount: { yaql_exp: 'amount' } });
    expect(planOf([computed], spec, { evaluator: amounts({ n1: 4, n2: 4 }) }).problems).toEqual([]);
    const outcome = outcomeOf([computed], spec, { evaluator: amounts({ n1: 4, n2: 2 }) });
    expect(codes(outcome.problems)).toEqual(['PLAN_LIMIT_DIFFERS task x']);
    expect(outcome.plan?.limits['definition:x']).toBe(2);
    expect(planOf([computed], spec, { evaluator: amounts({}) }).tasks[0]?.limit).toBeNull();
  });

  it.each([0, -1, 1.5, 1e309, '3', true])('that come to %j stop us instead of unleashing us', (amount) => {
    const outcome = outcomeOf([x({ type: 'parallel', amount: { yaql_exp: 'amount' } })], spec, {
      evaluator: amounts({ n1: amount, n2: amount }),
    });
    expect(codes(outcome.problems)).toEqual(['PLAN_LIMIT_IMPOSSIBLE task x']);
    expect(outcome.plan).toBeNull();
  });

  it.each([
    [
      { $sealed: { v: 1, wrapped: 'w', data: 'd', fingerprint: 'f' } },
      'may run as many as a secret says at once, which is no limit',
    ],
    [{ a: 1 }, 'may run a mapping at once, which is no limit'],
    [[1], 'may run a list at once, which is no limit'],
    ['3', 'may run a text at once, which is no limit'],
    [true, 'may run true at once, which is no limit'],
  ])('that come to %j are told in words', (amount, summary) => {
    const { problems } = outcomeOf([x({ type: 'parallel', amount: { yaql_exp: 'amount' } })], spec, {
      evaluator: amounts({ n1: amount, n2: amount }),
    });
    expect(problems.map((problem) => problem.summary)).toEqual([summary]);
  });

  it('of a pool are those of the pool, for tasks that run; one that there is none of is a problem', () => {
    const pooled = [
      { id: 'x', type: 'shell', roles: '*', pool: 'p' },
      { id: 'off', type: 'shell', roles: '*', pool: 'q', condition: false },
    ];
    const made = planOf(pooled, cluster({ n1: ['a'] }), { pools: { p: 7 } });
    expect(made.limits).toEqual({ 'pool:p': 7 });
    expect(made.tasks.map(({ limits }) => limits)).toEqual([[], ['pool:p']]);
    const { plan, problems } = outcomeOf(pooled, cluster({ n1: ['a'] }), { pools: { pp: 7 } });
    expect(plan).toBeNull();
    expect(problems).toMatchObject([
      { code: 'PLAN_UNKNOWN_POOL', subject: 'pool p', remedy: expect.stringMatching(/muster pool set p.*pp/) },
    ]);
    const offline = outcomeOf(pooled, cluster({ n1: ['a'] }));
    expect(offline.plan?.limits).toEqual({ 'pool:p': 1 });
    expect(codes(offline.problems)).toEqual(['PLAN_POOL_SIZE_UNKNOWN pool p']);
  });
});

describe('a wait', () => {
  it('takes no place that others need, but for a limit of its own', () => {
    const tasks = [
      { id: 'work', type: 'shell', roles: ['a'], parameters: { cmd: 'x' } },
      { id: 'free', type: 'wait-for', roles: ['a'], parameters: { port: 1 } },
      { id: 'own', type: 'wait-for', roles: ['a'], parameters: { port: 1, strategy: { type: 'parallel', amount: 2 } } },
    ];
    const made = planOf(tasks, cluster({ n1: ['a'], n2: ['a'] }, { limits: { nodesAtOnce: 1 } }));
    expect(made.tasks.map(({ task, limits }) => [task, limits])).toEqual([
      ['free@n1', []],
      ['free@n2', []],
      ['own@n1', ['definition:own']],
      ['own@n2', ['definition:own']],
      ['work@n1', ['nodes']],
      ['work@n2', ['nodes']],
    ]);
  });
});
