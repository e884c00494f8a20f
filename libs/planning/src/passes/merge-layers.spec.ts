import { cluster, codes, outcomeOf, planOf, plugin, printedAfter, release } from '../planning.testing';

const spec = cluster({ n1: ['a'] });

describe('layers', () => {
  it('put a plugin above the release: a definition of the same id is replaced as a whole', () => {
    const printed = printedAfter('place definitions', [], spec, {
      release: release([
        { id: 'x', type: 'shell', roles: ['a'] },
        { id: 'y', type: 'shell', roles: ['a'] },
      ]),
      plugins: [plugin('p', [{ id: 'x', type: 'puppet', roles: ['a'] }])],
    });
    expect(printed).toBe('x@n1 puppet run\ny@n1 shell run');
  });

  it('report two plugins with one id, naming both, and no plan comes of it', () => {
    const task = { id: 'x', type: 'shell', roles: ['a'] };
    const outcome = outcomeOf([], spec, { plugins: [plugin('p', [task]), plugin('q', [task])] });
    expect(outcome.plan).toBeNull();
    expect(outcome.problems[0]).toMatchObject({
      code: 'PLAN_DEFINITION_CLASH',
      summary: 'is defined by the plugins p@1.0.0 and q@1.0.0',
    });
  });

  it('keep graph types apart, and name those that exist when an unknown one is asked for', () => {
    // Not, beside it, that nothing is in it.
    expect(codes(outcomeOf([], spec, { graphType: 'verfy' }).problems)).toEqual([
      'PLAN_UNKNOWN_GRAPH graph type verfy',
    ]);
    const withGraph = release([]);
    const graphs = [
      ...withGraph.graphs,
      {
        type: 'verify',
        metadata: {},
        definitions: release([{ id: 'v', type: 'shell', roles: '*' }]).graphs[0]?.definitions ?? [],
      },
    ];
    const made = planOf([], spec, { release: { ...withGraph, graphs }, graphType: 'verify' });
    expect(made.tasks.map(({ task }) => task)).toEqual(['v@n1']);
  });

  it('put the cluster above all: its definitions replace, on the files of what they replace', () => {
    const own = cluster(
      { n1: ['a'] },
      { tasks: [{ id: 'x', type: 'upload_file', roles: ['a'], parameters: { path: '/x', file: 'f' } }] },
    );
    const made = planOf([], own, { release: release([{ id: 'x', type: 'shell', roles: ['a'] }], {}, ['f']) });
    expect(made.tasks.map(({ task, type, files }) => [task, type, files.map(({ path }) => path)])).toEqual([
      ['x@n1', 'upload_file', ['f']],
    ]);
  });

  it('may have a graph type that only the cluster has', () => {
    const own = cluster({ n1: ['a'] }, { graphs: { check: [{ id: 'v', type: 'shell', roles: '*' }] } });
    expect(planOf([], own, { graphType: 'check' }).tasks.map(({ task }) => task)).toEqual(['v@n1']);
  });
});

describe('a patch', () => {
  const base = {
    id: 'x',
    type: 'shell',
    roles: ['a'],
    timeout: 60,
    condition: false,
    parameters: { cmd: 'old', env: { A: '1', B: '2' }, strategy: { type: 'one_by_one' }, retries: 3, cwd: '/old' },
    inputs: { one: 1, two: 2 },
  };
  const definitionOf = (...patches: object[]): object => {
    const outcome = outcomeOf(
      [],
      { ...cluster({ n1: ['a'] }, { tasks: patches.slice(0, 1) }) },
      {
        release: release([base]),
        plugins: patches.slice(1).map((patch, at) => plugin(`p${at}`, [patch])),
      },
    );
    const [task] = outcome.plan?.tasks ?? [];
    return outcome.plan ? { ...task } : { problems: codes(outcome.problems) };
  };

  it('replaces the fields that it says, merges parameters, and leaves the rest alone', () => {
    expect(
      definitionOf({
        patch: 'x',
        condition: null,
        parameters: { cmd: 'new', env: { B: null, C: '3' }, retries: { count: 1, delay: 2 } },
        onFailure: 'pause',
      }),
    ).toMatchObject({
      task: 'x@n1',
      action: 'run',
      timeoutMs: 60_000,
      limit: 1,
      onFailure: 'pause',
      retries: { count: 1, delayMs: 2000, backoff: 1 },
      parameters: { cmd: 'new', env: { A: '1', C: '3' }, cwd: '/old' },
    });
  });

  it('with null gives a field its default, and removes a parameter', () => {
    const patched = definitionOf({
      patch: 'x',
      condition: null,
      timeout: null,
      parameters: { strategy: null, cwd: null },
    });
    expect(patched).toMatchObject({ timeoutMs: 3_600_000, limit: null, retries: { count: 3 } });
    expect(patched).toHaveProperty('parameters', { cmd: 'old', env: { A: '1', B: '2' } });
  });

  it('of a plugin lies below that of the cluster', () => {
    expect(
      definitionOf(
        { patch: 'x', condition: null, parameters: { cmd: 'cluster' } },
        { patch: 'x', timeout: 5, parameters: { cmd: 'plugin' } },
      ),
    ).toMatchObject({ timeoutMs: 5000, parameters: { cmd: 'cluster' } });
  });

  it('may meet that of another plugin, unless both set one field', () => {
    const fine = definitionOf(
      { patch: 'x', condition: null },
      { patch: 'x', timeout: 5 },
      { patch: 'x', idempotent: true },
    );
    expect(fine).toMatchObject({ timeoutMs: 5000, idempotent: true });
    expect(
      definitionOf({ patch: 'x' }, { patch: 'x', parameters: { cmd: 'a' } }, { patch: 'x', parameters: { cmd: 'b' } }),
    ).toEqual({
      problems: ['PLAN_DEFINITION_CLASH task x'],
    });
  });

  it('of what nobody defines is refused with the nearest name, a misspelt key of it as well', () => {
    expect(definitionOf({ patch: 'y', timeout: 1 })).toEqual({ problems: ['PLAN_UNKNOWN_TASK task y'] });
    expect(() => cluster({ n1: ['a'] }, { tasks: [{ patch: 'x', timeuot: 1 }] })).toThrow(
      /unknown key `tasks\.0\.timeuot`|timeout/,
    );
    expect(() => cluster({ n1: ['a'] }, { tasks: [{ patch: 'x' }, { patch: 'x' }] })).toThrow('is patched before');
  });
});
