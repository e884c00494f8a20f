import { cluster, codes, outcomeOf, planOf, release } from '../planning.testing';
import type { PlanOutcome } from '../plan-input';

const spec = cluster({ n1: ['a'], n2: ['a'] });
/** Some 120,000 steps. */
const costly = { yaql_exp: 'range(20000).select($ + 1).len() > 0' };
const shell = (id: string, more: object = {}): object => ({
  id,
  type: 'shell',
  role: ['a'],
  parameters: { cmd: 'true' },
  ...more,
});

function problemOf({ plan, problems }: PlanOutcome): object | undefined {
  expect(plan).toBeNull();
  expect(codes(problems)).toHaveLength(1);
  return problems[0];
}

describe('what the expressions of a plan cost together', () => {
  it('is bounded, and who has cost most is named, once and with its place', () => {
    const tasks = [
      shell('cheap', { condition: { yaql_exp: '1 = 1' } }),
      shell('dear', { condition: costly }),
      ...Array.from({ length: 50 }, (_, at) => shell(`more${at}`, { condition: costly })),
    ];
    const outcome = outcomeOf(tasks, spec, { expressionSteps: 400_000 });
    expect(problemOf(outcome)).toMatchObject({
      code: 'PLAN_TOO_COSTLY',
      severity: 'error',
      subject: 'task dear',
      summary: expect.stringMatching(
        /^the expressions of this plan cost more than 400000 steps together, and the one in `condition` has cost most of it \(\d+ %, 2 evaluations\)$/,
      ) as string,
      place: { file: 'tasks.yaml', line: 1, path: 'condition' },
    });
  });

  it.each([
    ['parameters', { parameters: { cmd: { yaql_exp: 'str(range(20000).select($ + 1).len())' } } }],
    ['inputs', { inputs: { x: costly } }],
    ['requires', { requires: [{ yaql_exp: 'switch(range(20000).select($ + 1).len() > 0 => null)' }] }],
    [
      'parameters.strategy.amount',
      {
        parameters: {
          cmd: 'x',
          strategy: { type: 'parallel', amount: { yaql_exp: 'range(20000).select($+1).len()' } },
        },
      },
    ],
  ])('counts those in %s', (at, more) => {
    const outcome = outcomeOf([shell('dear', more)], spec, { expressionSteps: 50_000 });
    expect(problemOf(outcome)).toMatchObject({
      code: 'PLAN_TOO_COSTLY',
      subject: 'task dear',
      summary: expect.stringContaining(`in \`${at}`) as string,
    });
  });

  it('counts the filter of nodes', () => {
    const made = release([shell('x')]);
    const graphs = made.graphs.map((graph) => ({ ...graph, metadata: { node_filter: costly } }));
    const outcome = outcomeOf([], spec, { release: { ...made, graphs }, expressionSteps: 50_000 });
    expect(problemOf(outcome)).toMatchObject({ code: 'PLAN_TOO_COSTLY', subject: 'graph default' });
  });

  it('counts reading them', () => {
    const condition = { yaql_exp: `1 = 1${' and 1 = 1'.repeat(150)}` };
    const outcome = outcomeOf([shell('long', { condition })], spec, { expressionSteps: 300 });
    expect(problemOf(outcome)).toMatchObject({ code: 'PLAN_TOO_COSTLY', subject: 'task long' });
  });

  it('grows with the nodes, and is far from what usual conditions cost', () => {
    const tasks = Array.from({ length: 100 }, (_, at) =>
      shell(`t${at}`, { condition: { yaql_exp: `changed($.get(a${at}))` } }),
    );
    expect(planOf(tasks, spec, { expressionSteps: 20_000 }).tasks).toHaveLength(200);
  });

  it("ends when the caller's time is up, within an expression and between two", () => {
    for (const condition of [costly, { yaql_exp: '1 = 1' }]) {
      let asked = 0;
      const tasks = Array.from({ length: 20 }, (_, at) => shell(`t${at}`, { condition }));
      const outcome = outcomeOf(tasks, spec, { expired: () => ++asked > 10 });
      expect(problemOf(outcome)).toMatchObject({
        code: 'PLAN_TOO_COSTLY',
        subject: 'task t0',
        summary: expect.stringMatching(
          /^evaluating the expressions of this plan takes longer than it may, and the one in `condition` has cost most of it/,
        ) as string,
      });
      expect(asked).toBe(11);
    }
  });
});
