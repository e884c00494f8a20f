import type { GraphTask, TaskGraph } from '@muster/model';
import { ProblemsError } from '@muster/problems';
import { predictWhatIf, withPrediction } from './predict';

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

function expectedOf(of: TaskGraph): number {
  const plan = { ...of, digest: '', criticalPath: [], expectedMs: 0, problems: [] };
  return withPrediction(plan).expectedMs;
}

describe('the predicted duration', () => {
  it('counts dependencies, one task per node at a time, and limits', () => {
    expect(expectedOf(graph([task('a', '1', 100), task('b', '2', 200, { requires: ['a@1'] })]))).toBe(300);
    expect(expectedOf(graph([task('a', '1', 100), task('b', '1', 200)]))).toBe(300);
    const limited = ['1', '2', '3'].map((node) => task('a', node, 100, { limits: ['definition:a'] }));
    expect(expectedOf(graph(limited, { 'definition:a': 1 }))).toBe(300);
    expect(expectedOf(graph(limited, { 'definition:a': 2 }))).toBe(200);
  });

  it('is a second where nobody knows, and nothing for what is skipped', () => {
    expect(expectedOf(graph([task('a', '1', null), task('b', '1', 5000, { action: 'skip' })]))).toBe(1000);
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

describe('a plan whose sections could wait for each other for ever', () => {
  it('is refused, with what waits for what', () => {
    const limits = { limits: ['role:db'] };
    const tasks = [
      task('a', '1', 1, { section: 's', ...limits }),
      task('other', '2', 1, limits),
      task('b', '1', 1, { section: 's', requires: ['a@1', 'other@2'] }),
    ];
    expect(() => expectedOf(graph(tasks, { 'role:db': 1 }))).toThrow(
      /section s@1.*holds role:db and cannot end before other@2 has, which needs role:db/s,
    );
    expect(expectedOf(graph(tasks, { 'role:db': 2 }))).toBe(2);
  });
});
