import { parseBundle } from '@muster/catalog';
import type { Bundle } from '@muster/model';
import { cluster, codes, outcomeOf, release, scripted } from '../planning.testing';
import type { PlanInput } from '../plan-input';

const spec = cluster({ n1: ['a'], n2: ['a'], n3: ['b'] });
const evaluator = scripted(({ text }, { node, tags }) =>
  text === 'fails' ? { ok: false, summary: 'no such key' } : { ok: true, value: text === node || tags.includes(text) },
);

function outcome(
  filter: PlanInput['cluster']['settings'][string],
  more: Partial<PlanInput> = {},
): ReturnType<typeof outcomeOf> {
  const made = release([
    { id: 's', type: 'stage' },
    { id: 'x', type: 'shell', roles: '*', requires: ['s'] },
    { id: 'y', type: 'shell', roles: ['b'], 'cross-depends': [{ name: 'x' }] },
  ]);
  const graphs = made.graphs.map((graph) => ({ ...graph, metadata: { node_filter: filter } }));
  return outcomeOf([], spec, { release: { ...made, graphs }, evaluator, ...more });
}

const tasksOf = (it: ReturnType<typeof outcomeOf>): string =>
  it.plan?.tasks.map(({ task }) => task).join(' ') ?? 'none';

describe('a filter of nodes', () => {
  it('leaves a graph with no tasks on nodes for which it does not hold', () => {
    expect(tasksOf(outcome('n1'))).toBe('s@sync x@n1');
    expect(tasksOf(outcome({ yaql_exp: 'b' }))).toBe('s@sync x@n3 y@n3');
    expect(tasksOf(outcome(null))).toBe('s@sync x@n1 x@n2 x@n3 y@n3');
  });

  it('does not filter nodes that a person named', () => {
    const made = outcome('n1', { options: { nodes: ['n2'] } });
    expect(made.plan?.tasks.filter(({ action }) => action === 'run').map(({ task }) => task)).toEqual(['x@n2']);
  });

  it('that fails has its place and text, and is told once for all nodes', () => {
    const entries = [
      { path: 'release.yaml', text: 'name: r\nversion: 1.0.0\n' },
      { path: 'tasks.yaml', text: '[{id: x, type: shell, role: "*", parameters: {cmd: "true"}}]' },
      { path: 'graphs/default/graph.yaml', text: '# who\nnode_filter:\n  yaql_exp: $.nothing.at_all\n' },
    ];
    const { bundle } = parseBundle(entries);
    const { problems } = outcomeOf([], spec, { release: bundle as Bundle });
    expect(problems).toMatchObject([
      {
        code: 'PLAN_EXPRESSION_FAILED',
        subject: 'graph default',
        summary: expect.stringMatching(/`node_filter`: `\$` has no key `nothing`.*on 3 nodes: n1, n2, n3/) as string,
        detail: 'expression: $.nothing.at_all',
        place: { file: 'graphs/default/graph.yaml', line: 2 },
      },
    ]);
  });

  it('that fails or is no expression lets nothing loose', () => {
    for (const made of [outcome('fails'), outcome(7)]) expect(made.plan).toBeNull();
    expect(codes(outcome('fails').problems)).toContain('PLAN_EXPRESSION_FAILED graph default');
  });
});
