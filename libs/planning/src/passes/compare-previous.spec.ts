import type { Json, JsonObject } from '@muster/model';
import type { Evaluator } from '../evaluator';
import { asSucceeded } from '../evaluation/previous-cluster';
import { cluster, codes, outcomeOf, planOf, release, scripted, sha256 } from '../planning.testing';
import type { PlanInput } from '../plan-input';
import type { ExpectedState, Fingerprint, PreviousStates } from '../previous/previous-states';

const spec = cluster({ n1: ['a'] });
const task = (more: object = {}): object => ({
  id: 'x',
  type: 'shell',
  roles: ['a'],
  inputs: { servers: { yaql_exp: 'servers' } },
  ...more,
});

/** An expression is a key of the settings. */
function evaluatorOf(now: JsonObject, before: JsonObject = {}): Evaluator {
  return scripted(({ text }, { state }) => ({ ok: true, value: (state === 'previous' ? before : now)[text] ?? null }));
}

function states(fingerprints: ReadonlyMap<string, Fingerprint | null>): PreviousStates {
  const state: ExpectedState = { common: {}, node: {} };
  return {
    of: (definition, node) => {
      const fingerprint = fingerprints.get(`${definition}@${node}`);
      return fingerprint === undefined ? null : { state, fingerprint };
    },
    knows: (node) => [...fingerprints.keys()].some((address) => address.endsWith(`@${node}`)),
  };
}

/** Plans `first` on `before` as if it had all succeeded, then `second` on `now`. */
function replan(
  first: object[],
  second: object[],
  before: JsonObject = {},
  now: JsonObject = before,
  more: Partial<PlanInput> = {},
) {
  const made = outcomeOf(first, spec, { evaluator: evaluatorOf(before), ...more });
  const outcome = outcomeOf(second, spec, {
    evaluator: evaluatorOf(now, before),
    previous: states(made.fingerprints),
    ...more,
  });
  return outcome.plan?.tasks.map(
    ({ task: address, action, reason }) => `${address} ${action} ${reason.code}: ${reason.text}`,
  );
}

const one = { servers: ['a', 'b'] };

describe('a task that declares inputs', () => {
  it('is left out while nothing changed', () => {
    expect(replan([task()], [task({ timeout: 7, requires: [], description: 'other words' })], one)).toEqual([
      'x@n1 skip unchanged: Nothing changed since it last succeeded on this node.',
    ]);
  });

  it.each<[string, object, JsonObject, string]>([
    ['an input', {}, { servers: ['a', 'b', 'c'] }, 'Input servers changed: 2 -> 3 values'],
    ['an input, as many values', {}, { servers: ['a', 'c'] }, 'Input servers changed: other values, 2 as before'],
    ['an input that is a word', {}, { servers: 'x' }, 'Input servers changed: 2 values -> "x"'],
    ['a new input', { inputs: { servers: { yaql_exp: 'servers' }, more: 1 } }, one, 'Input more is new'],
    ['an input gone', { inputs: {} }, one, 'Input servers is gone'],
    ['a parameter', { parameters: { cmd: 'other' } }, one, 'Its parameters changed'],
    ['the type', { type: 'validate' }, one, 'Its definition changed'],
  ])('runs for %s, and says so', (_what, change, now, text) => {
    expect(replan([task()], [task(change)], one, now)).toEqual([`x@n1 run changed: ${text}`]);
  });

  it('names the parameters that the settings changed', () => {
    const computed = task({ inputs: {}, parameters: { cmd: { yaql_exp: 'cmd' }, cwd: '/' } });
    expect(replan([computed], [computed], { cmd: 'a' }, { cmd: 'b' })).toEqual([
      'x@n1 run changed: Its parameters changed: cmd',
    ]);
  });

  it('runs when a file that it uses has other bytes', () => {
    const upload = task({ type: 'upload_file', inputs: {}, parameters: { path: '/x', file: 'f' } });
    const withFile = (digest: string) => {
      const made = release([upload], {}, ['f']);
      return { ...made, files: made.files.map((file) => ({ ...file, digest })) };
    };
    const first = outcomeOf([], spec, { release: withFile('sha256:a') });
    const second = (digest: string) =>
      planOf([], spec, { release: withFile(digest), previous: states(first.fingerprints) }).tasks[0]?.reason.text;
    expect(second('sha256:a')).toContain('Nothing changed');
    expect(second('sha256:b')).toBe('Files that it uses changed');
  });

  it('is new on a new node, and new where only others have succeeded', () => {
    const reasonWith = (previous: PreviousStates) =>
      planOf([task()], spec, { evaluator: evaluatorOf(one), previous }).tasks[0]?.reason.code;
    expect(reasonWith(states(new Map()))).toBe('new-node');
    expect(reasonWith(states(new Map([['y@n1', null]])))).toBe('new');
    const before = { precedes: (node: string) => node === 'n1' };
    expect(reasonWith({ ...states(new Map()), ...before })).toBe('no-record');
    expect(reasonWith({ ...states(new Map([['y@n1', null]])), ...before })).toBe('new');
  });

  it('is compared with what the state of then gives, where no fingerprint was recorded', () => {
    const again = (now: Json) =>
      planOf([task()], spec, {
        evaluator: evaluatorOf({ servers: now }, one),
        previous: states(new Map([['x@n1', null]])),
      }).tasks[0]?.reason.text;
    expect(again(['a', 'b'])).toContain('Nothing changed');
    expect(again(['a'])).toBe('Input servers changed: 2 -> 1 values');
  });

  it('runs when everything is forced', () => {
    expect(replan([task()], [task()], one, one, { options: { force: true } })).toEqual([
      'x@n1 run forced: Everything was asked to run.',
    ]);
  });

  it('never shows a secret in a reason', () => {
    const sealed = (fingerprint: string): Json => ({
      $sealed: { v: 1, key: 'k', wrapped: 'w', data: 'd', fingerprint },
    });
    expect(replan([task()], [task()], { servers: sealed('1') }, { servers: sealed('1') })?.[0]).toContain('unchanged');
    expect(replan([task()], [task()], { servers: sealed('1') }, { servers: sealed('2') })).toEqual([
      'x@n1 run changed: Input servers changed: <secret> -> another <secret>',
    ]);
  });
});

describe('a task that declares no inputs', () => {
  it('in the format of the field has no condition either', () => {
    expect(replan([task({ inputs: null })], [task({ inputs: null, version: '2.1.0' })])).toEqual([
      'x@n1 run no-condition: Has no condition and declares no inputs, so it runs every time.',
    ]);
  });

  it('runs every time', () => {
    expect(replan([task({ inputs: null })], [task({ inputs: null })])).toEqual([
      'x@n1 run no-inputs: Declares no inputs, so it runs every time.',
    ]);
  });
});

describe("the field's own content", () => {
  const fuel = (definition: object) => release([definition], { compat: 'fuel', fuelVersion: '9.0' });
  const found = { id: 'x', type: 'shell', version: '2.1.0', roles: ['a'], condition: { yaql_exp: 'go' } };

  it.each([
    [undefined, 'run no-condition: Has no condition, so it runs every time.'],
    [true, 'run no-condition: Its condition is always true, so it runs every time.'],
    ['true', 'run no-condition: Its condition is always true, so it runs every time.'],
    [{ yaql_exp: 'go' }, 'run condition-true: Its condition is true.'],
  ])('with the condition %j says why it runs', (condition, expected) => {
    const { condition: _, ...bare } = found;
    const definition = condition === undefined ? bare : { ...bare, condition };
    const { plan } = outcomeOf([], spec, { release: fuel(definition), evaluator: evaluatorOf({ go: true }) });
    expect(plan?.tasks.map(({ action, reason }) => `${action} ${reason.code}: ${reason.text}`)).toEqual([expected]);
  });

  it('runs as its condition says, and a changed definition is a warning only', () => {
    const first = outcomeOf([], spec, { release: fuel(found), evaluator: evaluatorOf({ go: true }) });
    const second = outcomeOf([], spec, {
      release: fuel({ ...found, type: 'puppet', parameters: { puppet_manifest: '/m', puppet_modules: '/p' } }),
      evaluator: evaluatorOf({ go: false }),
      previous: states(first.fingerprints),
    });
    expect(second.plan?.tasks[0]?.action).toBe('skip');
    expect(codes(second.problems)).toEqual(['PLAN_CHANGED_BUT_SKIPPED task x']);
  });
});

describe('outputs', () => {
  const gives = task({ id: 'gives', inputs: { v: { yaql_exp: 'v' } } });
  const takes = task({
    id: 'takes',
    inputs: { w: { yaql_exp: 'w' } },
    parameters: { cmd: 'x', env: { F: { output: { task: 'gives', field: 'f' } } } },
  });
  const both = [gives, takes];
  const before = { v: 1, w: 1 };

  it('let both sides run if one does, and neither if none does', () => {
    const actions = (now: JsonObject) => replan(both, both, before, now)?.map((line) => line.split(':')[0]);
    expect(actions(before)).toEqual(['gives@n1 skip unchanged', 'takes@n1 skip unchanged']);
    expect(actions({ v: 2, w: 1 })).toEqual(['gives@n1 run changed', 'takes@n1 run takes-output']);
    expect(actions({ v: 1, w: 2 })).toEqual(['gives@n1 run gives-output', 'takes@n1 run changed']);
  });

  it('of a task that is left out by a selection are missing, and fetched with what is needed', () => {
    const planned = (options: PlanInput['options'] = {}) =>
      outcomeOf(both, spec, { evaluator: evaluatorOf(before), options });
    expect(codes(planned({ tasks: ['takes'] }).problems)).toEqual(['PLAN_OUTPUT_MISSING task takes@n1']);
    expect(planned({ tasks: ['takes'], fetchDeps: true }).plan?.tasks.map(({ action }) => action)).toEqual([
      'run',
      'run',
    ]);
  });

  it('runs, and is not refused, where its inputs read a setting that the previous state does not have', () => {
    const tasks = [
      {
        ...{ id: 'x', type: 'shell', roles: ['a'], parameters: { cmd: { yaql_exp: "'echo ' + $.fresh" } } },
        inputs: { s: { yaql_exp: '$.fresh' } },
      },
    ];
    const before = asSucceeded(cluster({ n1: ['a'] }), release(tasks), [], sha256);
    const made = planOf(tasks, cluster({ n1: ['a'] }, { settings: { fresh: 'f' } }), { previous: before.states });
    expect(made.tasks[0]).toMatchObject({
      action: 'run',
      reason: { code: 'changed', text: expect.stringContaining('nput s changed') as string },
    });
  });
});
