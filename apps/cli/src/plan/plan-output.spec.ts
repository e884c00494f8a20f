import type { PlanDocument } from '@muster/client';
import { planDot, planMermaid } from './plan-drawing';
import { planTable } from './plan-table';

const task = (name: string, requires: string[], action: 'run' | 'skip' = 'run') => ({
  task: name,
  definition: name.split('@')[0] ?? '',
  node: name.split('@')[1] ?? '',
  type: 'shell',
  action,
  requires,
  parameters: {},
  reason: { code: 'x', text: 'first \u001b[2J time' },
  limit: name === 'z@1' ? 1 : null,
  expectedMs: null,
});
const plan: PlanDocument = {
  digest: 'sha256:1',
  graphType: 'default',
  cluster: 'c',
  tasks: [task('a@2', ['barrier:1']), task('b@"1', [], 'skip'), task('z@1', [])],
  barriers: [{ id: 'barrier:1', requires: ['b@"1', 'z@1'] }],
  faultTolerance: [{ name: 'x', nodes: ['1', '2'], tolerated: 1 }],
  criticalPath: ['z@1', 'a@2'],
  expectedMs: 4200,
  problems: [],
};

describe('a plan', () => {
  it('as a table lists tasks in an order in which they may run', () => {
    const text = planTable(plan);
    expect(text.match(/^\S+@\S+/gm)).toEqual(['b@"1', 'z@1', 'a@2']);
    expect(text).toContain('2 tasks run on 2 nodes, 1 is skipped');
    expect(text).toContain(
      'expected: 4.2 s (2 of 2 tasks without history or hint, a second assumed)\ncritical path: z@1 -> a@2\nfault tolerance x: 1 of 2 nodes may fail\n',
    );
    expect(text).not.toContain('\u001b');
    const one = planTable({
      ...plan,
      tasks: [task('a@1', [])],
      faultTolerance: [{ name: 'x', nodes: ['1'], tolerated: 0 }],
    });
    expect(one).toContain('1 task runs on 1 node, 0 are skipped\n');
    expect(one).toContain('fault tolerance x: 0 of 1 node may fail\n');
  });

  it('is drawn with names quoted', () => {
    expect(planDot(plan)).toBe(`digraph "c default" {
  rankdir=LR;
  v0 [label="a@2", shape=box];
  v1 [label="b@\\"1", shape=box, style=dashed];
  v2 [label="z@1", shape=box];
  v3 [label="barrier:1", shape=point];
  v3 -> v0;
  v1 -> v3;
  v2 -> v3;
}
`);
    expect(planMermaid(plan)).toBe(`flowchart LR
  v0["a@2"]
  v1("b@#quot;1 (skipped)")
  v2["z@1"]
  v3(( ))
  v3 --> v0
  v1 --> v3
  v2 --> v3
`);
  });
});
