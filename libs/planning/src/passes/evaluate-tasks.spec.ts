import { cluster, codes, outcomeOf, planOf, release, scripted } from '../planning.testing';

const spec = cluster({ n1: ['a'], n2: ['b'] });
const task = (more: object): object => ({ id: 'x', type: 'shell', roles: '*', ...more });

/** Knows two expressions; anything else fails. */
const evaluator = scripted(({ text, language }, { node, tags }) => {
  if (text === 'has a') return { ok: true, value: tags.includes('a'), because: `tags are ${tags.join()}` };
  if (text === 'node') return { ok: true, value: `${language} ${node}` };
  return { ok: false, summary: `unknown word at character 1` };
});

describe('conditions', () => {
  it.each([
    [true, 'run', 'no-inputs'],
    [false, 'skip', 'condition-false'],
    ['false', 'skip', 'condition-false'],
    [null, 'run', 'no-inputs'],
  ])('that say %j: %s', (condition, action, code) => {
    expect(planOf([task({ condition })], spec).tasks[0]).toMatchObject({ action, reason: { code } });
  });

  it('keep a skipped task as a bridge', () => {
    const made = planOf(
      [task({ id: 'first' }), task({ condition: false, requires: ['first'] }), task({ id: 'last', requires: ['x'] })],
      cluster({ n1: ['a'] }),
    );
    expect(made.tasks.map(({ task: name, action, requires }) => [name, action, requires])).toEqual([
      ['first@n1', 'run', []],
      ['last@n1', 'run', ['x@n1']],
      ['x@n1', 'skip', ['first@n1']],
    ]);
  });

  it('ask the evaluator on each node, and show what it says', () => {
    const made = planOf([task({ condition: { yaql_exp: 'has a' } })], spec, { evaluator });
    expect(made.tasks.map(({ action, reason }) => [action, reason])).toEqual([
      ['run', { code: 'condition-true', text: 'tags are a' }],
      ['skip', { code: 'condition-false', text: 'tags are b' }],
    ]);
  });

  it('that fail name task and nodes, once for all nodes where they fail alike', () => {
    const failing = (nodes: number) => {
      const many = cluster(Object.fromEntries(Array.from({ length: nodes }, (_, at) => [`n${at + 1}`, ['a']])));
      return outcomeOf([task({ condition: 'nonsense' })], many, { evaluator }).problems.map(
        ({ subject, summary }) => `${subject}: ${summary.replace(/^.*?( \(on|$)/, '$1').trim()}`,
      );
    };
    expect(failing(1)).toEqual(['task x@n1: ']);
    expect(failing(2)).toEqual(['task x: (on 2 nodes: n1, n2)']);
    expect(failing(200)).toEqual(['task x: (on 200 nodes: n1, n2, n3, n4, n5 and 195 more)']);
  });
});

describe('parameters', () => {
  it('are computed on each node, also deep inside', () => {
    const made = planOf(
      [
        {
          id: 'u',
          type: 'upload_file',
          roles: '*',
          parameters: { path: '/x', data: { list: [{ yaql_exp: 'node' }] } },
        },
      ],
      spec,
      { evaluator },
    );
    expect(made.tasks.map(({ parameters }) => parameters['data'])).toEqual([
      { list: ['yaql n1'] },
      { list: ['yaql n2'] },
    ]);
  });

  it('of a skipped task are left as written', () => {
    const made = planOf([task({ condition: false, parameters: { cmd: { yaql_exp: 'nonsense' } } })], spec, {
      evaluator,
    });
    expect(made.tasks[0]?.parameters).toEqual({ cmd: { yaql_exp: 'nonsense' } });
  });
});

describe('reasons', () => {
  it('tell tasks without work, forced ones and new ones apart', () => {
    const tasks = [{ id: 's', type: 'stage' }, task({ inputs: { a: 1 } })];
    expect(planOf(tasks, cluster({ n1: ['a'] })).tasks.map(({ reason }) => reason.code)).toEqual([
      'no-work',
      'new-node',
    ]);
    expect(
      planOf(tasks, cluster({ n1: ['a'] }), { options: { force: true } }).tasks.map(({ reason }) => reason.code),
    ).toEqual(['no-work', 'forced']);
  });
});

describe("the field's words in braces", () => {
  const planned = (settings: object, more: object = { compat: 'fuel', fuelVersion: '9.0' }) => {
    const parameters = { cmd: 'a {CLUSTER_ID} {MASTER_IP} ${X} {OTHER}', env: { ID: { yaql_exp: "'{CLUSTER_ID}'" } } };
    const made = release([task({ version: '2.1.0', parameters })], more);
    return outcomeOf([], cluster({ n1: ['a'] }, { settings }), { release: made });
  };
  const settings = { cluster: { id: 7 }, master_ip: '10.20.0.2' };

  it('are what the settings say, in its content only, and not inside of expressions', () => {
    expect(planned(settings).plan?.tasks[0]?.parameters).toEqual({
      cmd: 'a 7 10.20.0.2 ${X} {OTHER}',
      env: { ID: '{CLUSTER_ID}' },
    });
    expect(planned(settings, {}).plan?.tasks[0]?.parameters['cmd']).toContain('{CLUSTER_ID}');
  });

  it('stay where the settings do not say them, with a warning each', () => {
    const outcome = planned({ cluster: {} });
    expect(outcome.plan?.tasks[0]?.parameters['cmd']).toContain('{CLUSTER_ID} {MASTER_IP}');
    expect(codes(outcome.problems)).toEqual(['PLAN_PLACEHOLDER_UNKNOWN task x', 'PLAN_PLACEHOLDER_UNKNOWN task x']);
  });
});

describe('a secret', () => {
  const sealed = { $sealed: { v: 1, key: 'k', wrapped: 'w', data: 'd', fingerprint: 'f' } };
  const secret = scripted(() => ({ ok: true, value: sealed }));
  const upload = (parameters: object): object => ({ id: 'x', type: 'upload_files', roles: ['a'], parameters });
  const x = { yaql_exp: '$.pw' };

  it('may be content, but no name that everybody on the node can read', () => {
    const content = upload({ files: [{ path: '/x', data: x }] });
    expect(codes(outcomeOf([content], spec, { evaluator: secret }).problems)).toEqual([]);
    const name = upload({ files: [{ path: x, data: 'd' }] });
    expect(outcomeOf([name], spec, { evaluator: secret }).problems).toMatchObject([
      { code: 'PLAN_SECRET_NAME', subject: 'task x', summary: expect.stringContaining('`parameters.files.path`') },
    ]);
    const path = { id: 'y', type: 'upload_file', roles: ['a'], parameters: { path: x, data: 'd' } };
    expect(codes(outcomeOf([path], spec, { evaluator: secret }).problems)).toEqual(['PLAN_SECRET_NAME task y']);
  });
});
