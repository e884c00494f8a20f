import fc from 'fast-check';
import type { ClusterSpec, Plan } from '@muster/model';
import type { Evaluator } from '../evaluator';
import { cluster, outcomeOf, scripted } from '../planning.testing';

/** Definitions that only ever depend on earlier ones, so that there are no cycles; tags `t0` to `t2` and one of its own per node. */
const anyDefinitions = fc
  .array(
    fc.record({
      tags: fc.constantFrom(['t0'], ['t1'], ['t2'], ['t0', 't1'], ['/t/']),
      isStage: fc.nat(3).map((chance) => chance === 0),
      relations: fc.array(
        fc.record({
          back: fc.integer({ min: 1, max: 4 }),
          role: fc.constantFrom('*', 'self', 't0', 't1', ['t1', 't2'], 'others', null),
          isFor: fc.boolean(),
          policy: fc.constantFrom('all', 'all', 'any'),
        }),
        { maxLength: 3 },
      ),
    }),
    { minLength: 2, maxLength: 7 },
  )
  .map((all) =>
    all.map(({ tags, isStage, relations }, index) => {
      const earlier = relations.filter(({ back }) => back <= index);
      const crossDepends = earlier.map(({ back, role, policy }) => {
        const name = `d${index - back}`;
        // A stage is on the sync point, where only null looks.
        if (all[index - back]?.isStage) return { name, role: null };
        return role === 'others' ? { yaql_exp: name } : { name, role, policy };
      });
      return {
        id: `d${index}`,
        ...(isStage ? { type: 'stage' } : { type: 'shell', tags }),
        'cross-depends': crossDepends,
      };
    }),
  );

const anyCluster = fc
  .array(fc.constantFrom('t0', 't1', 't2'), { minLength: 1, maxLength: 14 })
  .map((tags) =>
    cluster({}, { nodes: Object.fromEntries(tags.map((tag, index) => [`n${index}`, { tags: [tag, `own${index}`] }])) }),
  );

/** `{yaql_exp: name}`: that definition on all nodes but one's own. */
const othersOf = (spec: ClusterSpec): Evaluator =>
  scripted(({ text }, { node }) => ({
    ok: true,
    value: {
      name: text,
      role: spec.nodes.filter(({ name }) => name !== node).map(({ name }) => `own${name.slice(1)}`),
    },
  }));

/** Pairs of tasks `before>after` connected by any path, through barriers or not. */
function order(plan: Plan): Set<string> {
  const requires = new Map([
    ...plan.tasks.map((task) => [task.task, task.requires] as const),
    ...plan.barriers.map((barrier) => [barrier.id, barrier.requires] as const),
  ]);
  const pairs = new Set<string>();
  for (const { task } of plan.tasks) {
    const seen = new Set<string>(requires.get(task));
    for (const at of seen) for (const before of requires.get(at) ?? []) seen.add(before);
    for (const before of seen) if (!before.startsWith('barrier:')) pairs.add(`${before}>${task}`);
  }
  return pairs;
}

/**
 * What becomes of every task when these fail: `blocked` follows edges and passes through barriers; a stage is lenient, so
 * here it passes whatever fails before it (the scheduler asks fault tolerance; for the graph's shape the extreme decides).
 */
function blocked(plan: Plan, failed: ReadonlySet<string>): Set<string> {
  const requires = new Map([
    ...plan.tasks.map((task) => [task.task, task.requires] as const),
    ...plan.barriers.map((barrier) => [barrier.id, barrier.requires] as const),
  ]);
  const stages = new Set(plan.tasks.filter(({ type }) => type === 'stage').map(({ task }) => task));
  const known = new Map<string, boolean>();
  const isBlocked = (name: string): boolean => {
    const answer =
      known.get(name) ??
      (!stages.has(name) && (requires.get(name) ?? []).some((before) => failed.has(before) || isBlocked(before)));
    known.set(name, answer);
    return answer;
  };
  return new Set(plan.tasks.map(({ task }) => task).filter((task) => isBlocked(task) && !failed.has(task)));
}

const both = fc.tuple(anyDefinitions, anyCluster).map(([definitions, spec]) => {
  const evaluator = othersOf(spec);
  const raw = outcomeOf(definitions, spec, { evaluator, options: { raw: true } }).plan;
  const collapsed = outcomeOf(definitions, spec, { evaluator }).plan;
  return { raw: raw as Plan, collapsed: collapsed as Plan };
});

describe('raw and collapsed plans', () => {
  it('have the same order between all tasks', () => {
    fc.assert(
      fc.property(both, ({ raw, collapsed }) => {
        expect(order(collapsed)).toEqual(order(raw));
      }),
      { numRuns: 300 },
    );
  });

  it('leave the same tasks blocked under every single failure, and under several', () => {
    fc.assert(
      fc.property(both, fc.infiniteStream(fc.nat(5)), ({ raw, collapsed }, luck) => {
        for (const { task } of raw.tasks)
          expect(blocked(collapsed, new Set([task]))).toEqual(blocked(raw, new Set([task])));
        const some = new Set(raw.tasks.map(({ task }) => task).filter(() => luck.next().value === 0));
        expect(blocked(collapsed, some)).toEqual(blocked(raw, some));
      }),
      { numRuns: 150 },
    );
  });

  it('and the collapsed one never has more relations', () => {
    fc.assert(
      fc.property(both, ({ raw, collapsed }) => {
        const count = (plan: Plan): number =>
          [...plan.tasks, ...plan.barriers].reduce((sum, { requires }) => sum + requires.length, 0);
        expect(count(collapsed)).toBeLessThanOrEqual(count(raw));
      }),
      // Runs into sets that overlap, which once cost more as barriers than as pairs.
      { seed: 1477372654, numRuns: 300 },
    );
  });
});
