import { parseBundle } from '@muster/catalog';
import type { Bundle, Plan } from '@muster/model';
import { formatProblem } from '@muster/problems';
import { codes, cluster, outcomeOf, planOf, release } from '../planning.testing';

const shell = (id: string, more: object = {}) => ({
  id,
  type: 'shell',
  role: ['web'],
  parameters: { cmd: id },
  ...more,
});
const check = (id: string, more: object = {}) => ({ id, task: { type: 'shell', parameters: { cmd: id } }, ...more });

/** A release with these validations. */
function withChecks(tasks: readonly object[], validations: readonly object[], manifest: object = {}): Bundle {
  const { bundle, problems } = parseBundle([
    { path: 'release.yaml', text: JSON.stringify({ name: 'r', version: '1.0.0', ...manifest }) },
    { path: 'tasks.yaml', text: JSON.stringify(tasks) },
    { path: 'validations/all.yaml', text: JSON.stringify(validations) },
  ]);
  if (!bundle) throw new Error(problems.map(formatProblem).join('\n'));
  return bundle;
}

const two = cluster({ n1: ['web'], n2: ['web'], d: ['db'] });
const task = (made: Plan, address: string) => made.tasks.find((each) => each.task === address);
/** What a task comes after, through barriers. */
function after(made: Plan, address: string): string[] {
  const barriers = new Map(made.barriers.map(({ id, requires }) => [id, requires]));
  const found = new Set<string>();
  const walk = (names: readonly string[]): void => {
    for (const name of names) {
      if (found.has(name)) continue;
      found.add(name);
      walk(barriers.get(name) ?? task(made, name)?.requires ?? []);
    }
  };
  walk(task(made, address)?.requires ?? []);
  return [...found].filter((name) => !barriers.has(name)).sort();
}

describe('validations in a graph', () => {
  const tasks = [shell('a'), shell('b', { requires: ['a'] }), shell('c', { role: ['db'], after: ['b'] })];

  it('before the deployment come before everything on every node, those after it after everything', () => {
    const checks = [check('disk', { roles: ['db'], title: 'Space' }), check('up', { stage: 'post-deployment' })];
    const made = planOf([], two, { release: withChecks(tasks, checks) });
    expect(made.tasks.map((each) => each.task)).toContain('validation.up@d');
    expect(after(made, 'validation.disk@d')).toEqual([]);
    expect(after(made, 'a@n2')).toEqual(['validation.disk@d']);
    expect(after(made, 'validation.up@n1')).toEqual(['a@n1', 'a@n2', 'b@n1', 'b@n2', 'c@d', 'validation.disk@d']);
    expect(task(made, 'validation.disk@d')?.reason).toEqual({
      code: 'validation',
      text: 'Checks before everything; nothing after it goes on if it fails.',
    });
  });

  it('that only warn count as done however they end', () => {
    const made = planOf([], two, { release: withChecks(tasks, [check('w', { severity: 'warning' }), check('f')]) });
    expect([task(made, 'validation.w@n1')?.onFailure, task(made, 'validation.f@n1')?.onFailure]).toEqual([
      'skip',
      'fail',
    ]);
    // The scheduler has to know them: a fatal one is within no tolerance.
    expect(made.tasks.filter((each) => each.node === 'n1').map((each) => each.validation)).toEqual([
      ...[undefined, undefined],
      ...['fatal', 'warning'],
    ]);
  });

  it('before a task come after what that comes after, node by node', () => {
    const made = planOf([], two, { release: withChecks(tasks, [check('ready', { stage: { before: 'b' } })]) });
    expect(task(made, 'validation.ready@n1')?.requires).toEqual(['a@n1']);
    expect(task(made, 'b@n1')?.requires).toEqual(['validation.ready@n1']);
    expect(after(made, 'b@n2')).toEqual(['a@n2', 'validation.ready@n2']);
  });

  it('after a task keep back what comes after it', () => {
    const made = planOf([], two, { release: withChecks(tasks, [check('ok', { stage: { after: 'a' } })]) });
    expect(task(made, 'validation.ok@n1')?.requires).toEqual(['a@n1']);
    expect(task(made, 'b@n1')?.requires).toEqual(['validation.ok@n1']);
  });

  it('on other nodes than their task are about it everywhere', () => {
    const checks = [
      check('seen', { stage: { after: 'b' }, roles: ['db'] }),
      check('go', { stage: { before: 'b' }, roles: ['db'] }),
    ];
    const made = planOf([], two, { release: withChecks(tasks, checks) });
    expect(after(made, 'validation.seen@d')).toEqual(expect.arrayContaining(['b@n1', 'b@n2']));
    expect(after(made, 'c@d')).toContain('validation.seen@d');
    expect(after(made, 'b@n1')).toContain('validation.go@d');
  });

  it('are in no role: neither its order, its mode nor its waves hold them back', () => {
    const roles = { web: { order: 2, mode: 'serial', ramp: { steps: [1] } }, db: { order: 1 } };
    const made = planOf([], two, {
      release: withChecks([shell('a'), shell('c', { role: ['db'] })], [check('disk')], { roles }),
    });
    expect(made.problems.map(({ code }) => code)).not.toContain('PLAN_RAMP_EARLIER');
    for (const node of ['n1', 'n2', 'd']) expect(after(made, `validation.disk@${node}`)).toEqual([]);
    expect(after(made, 'c@d')).toEqual(['validation.disk@d', 'validation.disk@n1', 'validation.disk@n2']);
  });

  it('belong to partial runs: those of the deployment on the nodes chosen, those of a task with the task', () => {
    const it = withChecks(tasks, [check('disk'), check('ready', { stage: { before: 'b' } })]);
    const running = (options: object) =>
      planOf([], two, { release: it, options })
        .tasks.filter(({ action }) => action === 'run')
        .map((each) => each.task);
    expect(running({ nodes: ['n1'], tasks: ['b'] })).toEqual(['b@n1', 'validation.disk@n1', 'validation.ready@n1']);
    expect(running({ tasks: ['a'] })).not.toContain('validation.ready@n1');
    const none = outcomeOf([], two, { release: it, options: { nodes: ['d'], tasks: ['b'] } });
    expect(none.problems.map(({ code }) => code)).toContain('PLAN_NOTHING_SELECTED');
  });

  it('are planned alone as a graph of their own, of all stages and graphs', () => {
    const checks = [
      check('disk', { roles: ['db'] }),
      check('ready', { stage: { before: 'b' } }),
      check('v', { graphs: ['verify'] }),
    ];
    const made = planOf([], two, { release: withChecks(tasks, checks), graphType: 'validations' });
    expect(made.tasks.map((each) => each.task)).toEqual([
      ...['validation.disk@d', 'validation.ready@n1', 'validation.ready@n2'],
      ...['validation.v@d', 'validation.v@n1', 'validation.v@n2'],
    ]);
    expect(made.tasks.every(({ requires }) => requires.length === 0)).toBe(true);
    const none = outcomeOf([], two, { release: release(tasks), graphType: 'validations' });
    expect(codes(none.problems)).toContain('PLAN_UNKNOWN_GRAPH graph type validations');
  });

  it('do not make a cluster of the field be planned role by role', () => {
    const fuel = [{ ...shell('a'), version: '2.1.0' }];
    const made = planOf([], two, {
      release: withChecks(fuel, [check('disk')], { compat: 'fuel', fuelVersion: '9.0' }),
    });
    expect(made.problems.map(({ code }) => code)).not.toContain('PLAN_ROLE_BY_ROLE');
  });

  it('are refused where their task is not there, or their names are taken', () => {
    const wrong = outcomeOf([], two, { release: withChecks(tasks, [check('x', { stage: { before: 'bb' } })]) });
    expect(codes(wrong.problems)).toEqual(['PLAN_UNKNOWN_TASK task validation.x']);
    const taken = outcomeOf([], two, { release: withChecks([...tasks, shell('validation.x')], [check('x')]) });
    expect(codes(taken.problems)).toEqual(['PLAN_NAME_TAKEN task validation.x']);
  });

  it('are read with all that is wrong with them at once', () => {
    const { problems } = parseBundle([
      { path: 'release.yaml', text: 'name: r\nversion: 1.0.0\n' },
      {
        path: 'validations.yaml',
        text: '- { id: a, severity: bad, stage: { before: x, after: y }, task: { type: shell, requires: [z] } }\n- { id: b }\n- { id: a, task: { type: nope } }\n',
      },
      { path: 'validations/x.yml', text: '' },
    ]);
    expect(problems.map(({ code, subject }) => `${code} ${subject}`).sort()).toEqual([
      ...[
        'BUNDLE_FILE_IGNORED file validations/x.yml',
        'BUNDLE_INVALID_VALUE validation a',
        'BUNDLE_INVALID_VALUE validation a',
      ],
      ...[
        'BUNDLE_INVALID_VALUE validation a',
        'BUNDLE_MISSING_KEY validation b',
        'BUNDLE_MISSING_PARAMETER validation a',
      ],
      'BUNDLE_UNKNOWN_KEY validation a',
    ]);
  });
});
