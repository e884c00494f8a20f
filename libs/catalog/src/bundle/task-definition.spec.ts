import { definition, shown } from '../catalog.testing';

const shell = (more: string): ReturnType<typeof definition> =>
  definition(`id: x\ntype: shell\nparameters: {cmd: "true"}\n${more}`);
const errors = (it: { problems: readonly Parameters<typeof shown>[0][number][] }): string[] =>
  shown(it.problems.filter(({ severity }) => severity === 'error'));

describe('a task definition', () => {
  it('has everything filled in', () => {
    expect(shell('').definition).toEqual({
      ...{
        id: 'x',
        type: 'shell',
        version: null,
        tags: null,
        roles: null,
        groups: null,
        requires: [],
        requiredFor: [],
        crossDepends: [],
        crossDependedBy: [],
        after: [],
        tasks: [],
      },
      ...{
        condition: null,
        parameters: { cmd: 'true' },
        strategy: { type: 'parallel', amount: 'unlimited' },
        onFailure: 'fail',
        faultTolerance: null,
      },
      ...{
        retries: { count: 0, delayMs: 0, backoff: 1 },
        timeoutMs: 3_600_000,
        repeat: null,
        section: null,
        pool: null,
        inputs: null,
        outputs: null,
        idempotent: false,
      },
      ...{ expectedMs: null, description: null, place: { file: 'tasks.yaml', line: 1, column: 3 } },
    });
  });

  it.each([
    ['role: web', { roles: ['web'] }],
    ['roles: [web, /db/]', { roles: ['web', '/db/'] }],
    ['roles: "*"', { roles: '*' }],
    ['tags: ["*"]', { tags: ['*'] }],
    ['requires: a', { requires: [{ name: 'a' }] }],
    [
      'requires: [a, {name: b, role: c, policy: any}, {yaql_exp: "$.x"}, null]',
      { requires: [{ name: 'a' }, { name: 'b', role: 'c', policy: 'any' }, { yaql_exp: '$.x' }] },
    ],
    ['required_for: [a]', { requiredFor: [{ name: 'a' }] }],
    ['cross-depends: [{name: a, role: null}]', { crossDepends: [{ name: 'a', role: null }] }],
    ['cross_depends: [{name: a, role: [b, null]}]', { crossDepends: [{ name: 'a', role: ['b', 'null'] }] }],
    ['cross-depends: {yaql_exp: "$.x"}', { crossDepends: [{ yaql_exp: '$.x' }] }],
    [
      'cross_depended_by: [{name: a, role: {yaql_exp: "$.x"}}]',
      { crossDependedBy: [{ name: 'a', role: { yaql_exp: '$.x' } }] },
    ],
    ['after: [a]', { after: ['a'] }],
    ['condition: false', { condition: false }],
    ['condition: "settings:a.b == true"', { condition: 'settings:a.b == true' }],
    ['condition: {yaql_exp: "changed($)"}', { condition: { yaql_exp: 'changed($)' } }],
    ['fail_on_error: false', { onFailure: 'skip' }],
    ['onFailure: pause', { onFailure: 'pause' }],
    ['fault_tolerance: "2%"', { faultTolerance: { percent: 2 } }],
    ['fault_tolerance: -3', { faultTolerance: { atLeast: 3 } }],
    ['timeout: 0.5', { timeoutMs: 500 }],
    ['retries: {count: 2, delay: 1.5, backoff: 2}', { retries: { count: 2, delayMs: 1500, backoff: 2 } }],
    ['retries: 3\ninterval: 20', { retries: { count: 3, delayMs: 20_000, backoff: 1 } }],
    ['cwd: /tmp', { parameters: { cmd: 'true', cwd: '/tmp' } }],
    ['repeat: {times: 3, judge: last}', { repeat: { times: 3, judge: 'last' } }],
    ['inputs: {a: {yaql_exp: "$.a"}}', { inputs: { a: { yaql_exp: '$.a' } } }],
    ['outputs: {type: object}', { outputs: { type: 'object' } }],
    [
      'expected: 90\nidempotent: true\nsection: s\npool: p\nversion: 2.1.0',
      { expectedMs: 90_000, idempotent: true, section: 's', pool: 'p', version: '2.1.0' },
    ],
    // Kept by the field, without effect.
    ['reexecute_on: [a]\nrefresh_on: [b]\ntest_pre: {cmd: x}\ntest_post: {cmd: x}\nstage: y', {}],
  ])('reads %s', (more, expected) => {
    const read = shell(more);
    expect(read.problems).toEqual([]);
    expect(read.definition).toMatchObject(expected);
  });

  it.each([
    [
      '{cmd: a, timeout: 180, retries: 10, interval: 30, cwd: /x}',
      { timeoutMs: 180_000, retries: { count: 10, delayMs: 30_000, backoff: 1 }, parameters: { cmd: 'a', cwd: '/x' } },
    ],
    ['{cmd: a, strategy: {type: one_by_one}}', { strategy: { type: 'one_by_one', amount: 1 } }],
    ['{cmd: a, strategy: {type: parallel, amount: 6}}', { strategy: { type: 'parallel', amount: 6 } }],
    ['{cmd: a, strategy: {type: parallel, amount: null}}', { strategy: { type: 'parallel', amount: 'unlimited' } }],
    [
      '{cmd: a, strategy: {type: parallel, amount: {yaql_exp: "6"}}}',
      { strategy: { type: 'parallel', amount: { yaql_exp: '6' } } },
    ],
    ['{cmd: {yaql_exp: "x"}}', { parameters: { cmd: { yaql_exp: 'x' } } }],
    ['{cmd: {output: {task: a, field: b}}}', { parameters: { cmd: { output: { task: 'a', field: 'b' } } } }],
    ['{yaql_exp: "$.x"}', { parameters: { yaql_exp: '$.x' } }],
  ])('reads parameters %s', (parameters, expected) => {
    const read = definition(`id: x\ntype: shell\nparameters: ${parameters}`);
    expect(read.problems).toEqual([]);
    expect(read.definition).toMatchObject(expected);
  });

  it.each([
    ['roles: [a]\nrole: b', '`roles` (line 4) and `role` (line 5) have different values'],
    ['cross-depends: [a]\ncross_depends: [b]', '`cross-depends`'],
    [
      'timeout: 5\nparameters: {cmd: a, timeout: 6}',
      '`timeout` (line 4) and `parameters.timeout` (line 5) have different values',
    ],
    ['cwd: /a\nparameters: {cmd: a, cwd: /b}', '`cwd` (line 4) and `parameters.cwd`'],
    ['retries: {count: 2}\nparameters: {cmd: a, retries: 3}', '`retries.count` (line 4)'],
    ['fail_on_error: false\nonFailure: pause', '`fail_on_error: false` and `onFailure: pause` say different things'],
  ])('refuses two spellings with two values: %s', (more, text) => {
    const read = definition(`id: x\ntype: shell\n# line three\n${more}`);
    expect(errors(read).join()).toContain('BUNDLE_CONFLICTING_VALUES task x');
    expect(errors(read).join()).toContain(text);
  });

  it.each([
    'timeout: 5\nparameters: {cmd: a, timeout: 5}',
    'roles: [a]\nrole: [a]',
    'retries: {count: 3, delay: 1}\nparameters: {cmd: a, retries: 3}',
  ])('takes two spellings with one value: %s', (more) => {
    expect(
      definition(`id: x\ntype: shell\n${more}`).problems.filter(({ code }) => code !== 'BUNDLE_MISSING_PARAMETER'),
    ).toEqual([]);
  });

  it.each([
    'retries: {cout: 1, count: 1}',
    'retries: -1',
    'retries: {delay: 1}',
    'timeout: 0',
    'timeout: "5"',
    'timeout: 1.0e+300',
    'repeat: {times: 0}',
    'repeat: {times: 1, judge: first}',
    'onFailure: ignore',
    'fail_on_error: "no"',
    'fault_tolerance: 101%',
    'fault_tolerance: -0.5',
    'fault_tolerance: "lots"',
    'idempotent: 1',
    'expected: -1',
    'inputs: [a]',
    'outputs: x',
    'outputs: {type: objekt}',
    'section: "a b"',
    'version: two',
    'condition: [a]',
    'requires: [[a]]',
    'requires: [{role: a}]',
    'requires: [{name: a, policy: some}]',
    'requires: [{yaql_exp: 1}]',
    'cross-depends: [{yaql_exp: a, name: b}]',
    'roles: {a: b}',
    'parameters: [a]',
    'parameters: {cmd: a, strategy: {type: parallel, amount: 0}}',
    'parameters: {cmd: a, strategy: {type: parallel, amount: -1}}',
    'parameters: {cmd: a, strategy: {type: parallel, amount: 1.5}}',
    'parameters: {cmd: a, strategy: {type: serial}}',
    'parameters: {cmd: [a]}',
  ])('refuses %s', (more) => {
    const read = definition(`id: x\ntype: shell\n${more}`);
    expect(errors(read)).toHaveLength(1);
    expect(errors(read)[0]).toMatch(/^tasks\.yaml:3 BUNDLE_\w+ task x: /);
  });

  it.each([
    ['{}', 'has no `0.id`'],
    ['id: x', 'has no `0.type`'],
    ['id: a b\ntype: shell', 'must be a name'],
    [`id: ${'x'.repeat(10_000)}\ntype: shell`, 'must be a name'],
    ['id: 😀\ntype: shell', 'must be a name'],
    ['id: ../x\ntype: shell', 'must be a name'],
    ['id: x\ntype: shel', 'must be one of'],
    ['just text', 'must be a task definition'],
  ])('needs a usable id and type: %#', (text, summary) => {
    expect(errors(definition(text)).join()).toContain(summary);
  });

  it.each([
    ['3.0.0', 'error', 'says the format version 3.0.0, which is none'],
    ['0.0.1', 'error', 'says the format version 0.0.1, which is none'],
    ['20.0.0', 'error', 'says the format version 20.0.0, which is none'],
    ['2.3.0', 'warning', 'says the format version 2.3.0, which is none; it is read as 2.2.0'],
    ['1.1.0', 'warning', 'says the format version 1.1.0, which is none; it is read as 1.0.0'],
  ])('says of the unknown format version %s where it stands, and what there is', (version, severity, summary) => {
    const { problems } = definition(`id: x\ntype: shell\nversion: ${version}\nparameters: {cmd: a}`);
    expect(problems).toMatchObject([
      {
        code: 'BUNDLE_UNKNOWN_FORMAT',
        severity,
        subject: 'task x',
        summary,
        place: { file: 'tasks.yaml', line: 3 },
        remedy: expect.stringContaining('1.0.0, 2.0.0, 2.1.0, 2.2.0') as string,
      },
    ]);
  });

  it('warns of unknown keys with the nearest right one, and of what its type does not know', () => {
    const { problems, definition: read } = definition(
      'id: x\ntype: shell\ncross-depened-by: [a]\nparameters: {cmd: a, comand: b}',
    );
    expect(read).toBeDefined();
    expect(problems.map(({ severity, summary, remedy }) => [severity, summary, remedy])).toEqual([
      [
        'warning',
        'has an unknown key `cross-depened-by`',
        'Correct its spelling, or remove it. Did you mean `cross-depended-by`?',
      ],
      ['warning', 'has an unknown key `comand`', 'Correct its spelling, or remove it.'],
    ]);
  });
});
