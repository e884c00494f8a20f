import type { GraphTask, TaskGraph } from '@muster/model';
import { ProblemsError } from '@muster/problems';
import { predictMs, predictWhatIf } from './predict';

const task = (name: string, node: string, expectedMs: number | null, more: Partial<GraphTask> = {}): GraphTask => ({
  task: `${name}@${node}`,
  definition: name,
  node,
  type: 'shell',
  action: 'run',
  reason: { code: 'x', text: 'x' },
  requires: [],
  parameters: {},
  limit: null,
  limits: [],
  expectedMs,
  retries: { count: 0, delayMs: 0, backoff: 1 },
  timeoutMs: 3_600_000,
  onFailure: 'fail',
  idempotent: false,
  outputs: null,
  files: [],
  ...more,
});
const graph = (tasks: GraphTask[], limits: TaskGraph['limits'] = {}): TaskGraph => ({
  graphType: 'default',
  cluster: 'c',
  tasks,
  barriers: [],
  faultTolerance: [],
  limits,
  master: null,
});

describe('the predicted duration', () => {
  it('counts dependencies, one task per node at a time, and limits', () => {
    expect(predictMs(graph([task('a', '1', 100), task('b', '2', 200, { requires: ['a@1'] })]))).toBe(300);
    expect(predictMs(graph([task('a', '1', 100), task('b', '1', 200)]))).toBe(300);
    const limited = ['1', '2', '3'].map((node) => task('a', node, 100, { limits: ['definition:a'] }));
    expect(predictMs(graph(limited, { 'definition:a': 1 }))).toBe(300);
    expect(predictMs(graph(limited, { 'definition:a': 2 }))).toBe(200);
  });

  it('is a second where nobody knows, and nothing for what is skipped', () => {
    expect(predictMs(graph([task('a', '1', null), task('b', '1', 5000, { action: 'skip' })]))).toBe(1000);
  });
});

describe('what if', () => {
  const three = graph(
    ['1', '2', '3'].map((node) => task('a', node, 100, { limits: ['definition:a'] })),
    { 'definition:a': 1 },
  );

  it('a limit were larger, smaller, gone or new', () => {
    expect(predictWhatIf(three, { 'definition:a': 3 })).toEqual({ limits: { 'definition:a': 3 }, expectedMs: 100 });
    expect(predictWhatIf(three, { 'definition:a': null }).expectedMs).toBe(100);
    expect(predictWhatIf(three, { 'definition:a': null, nodes: 2 }).expectedMs).toBe(200);
    const free = graph(['1', '2'].map((node) => task('b', node, 100)));
    expect(predictWhatIf(free, { 'definition:b': 1 }).expectedMs).toBe(200);
  });

  it('a limit is not there: each is named, with the nearest', () => {
    try {
      predictWhatIf(three, { 'definitoin:a': 1, pool: 2 });
      throw new Error('it was taken');
    } catch (error) {
      const problems = error instanceof ProblemsError ? error.problems : [];
      expect(problems.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
        'PLAN_UNKNOWN_LIMIT limit definitoin:a',
        'PLAN_UNKNOWN_LIMIT limit pool',
      ]);
      expect(problems[0]?.remedy).toContain('definition:a');
    }
  });
});
