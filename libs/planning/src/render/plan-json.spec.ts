import type { Plan } from '@muster/model';
import { cluster, planOf } from '../planning.testing';
import { planJson, planJsonText } from './plan-json';

const tasks = [
  { id: 'start', type: 'stage' },
  { id: 'a', type: 'shell', roles: ['web'], requires: ['start'], parameters: { cmd: 'true' }, expected: 90 },
  { id: 'b', type: 'shell', roles: ['web'], 'cross-depends': [{ name: 'a' }], parameters: { cmd: 'true' } },
  { id: 'g', type: 'group', roles: ['web'], fault_tolerance: 1 },
  { id: 'nowhere', type: 'shell', roles: ['db'], parameters: { cmd: 'true' } },
];
const made = planOf(tasks, cluster({ n1: ['web'], n2: ['web'], n3: ['web'] }));

describe('a plan as JSON', () => {
  it('has the fields of the contract, tasks and relations sorted by code unit', () => {
    const json = planJson(made);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(Object.keys(json)).toEqual([
      'digest',
      'graphType',
      'cluster',
      'tasks',
      'barriers',
      'faultTolerance',
      'limits',
      'criticalPath',
      'expectedMs',
      'leftOut',
      'problems',
    ]);
    expect(json).toMatchObject({
      graphType: 'default',
      cluster: 'c',
      barriers: [{ id: 'barrier:1', requires: ['a@n1', 'a@n2', 'a@n3'] }],
      faultTolerance: [{ name: 'g', nodes: ['n1', 'n2', 'n3'], tolerated: 1 }],
      criticalPath: ['a@n1', 'b@n1'],
      expectedMs: 91_000,
      leftOut: [{ definition: 'nowhere', reason: { code: 'no-node', text: 'No node has a tag of db.' } }],
      problems: [],
    });
    expect((json['tasks'] as object[])[0]).toEqual({
      ...{
        task: 'a@n1',
        definition: 'a',
        node: 'n1',
        type: 'shell',
        action: 'run',
        reason: { code: 'no-inputs', text: 'Declares no inputs, so it runs every time.' },
      },
      ...{ requires: ['start@sync'], parameters: { cmd: 'true' }, limit: null, limits: [], expectedMs: 90_000 },
    });
  });

  it('has the same text piece by piece', () => {
    for (const plan of [made, { ...made, tasks: [] }])
      expect([...planJsonText(plan)].join('')).toBe(JSON.stringify(planJson(plan)));
  });

  it('masks secrets', () => {
    const secret = { $sealed: { v: 1, key: 'k', wrapped: 'w', data: 'd', fingerprint: 'f' } };
    const withSecret: Plan = {
      ...made,
      tasks: made.tasks.map((task) => ({ ...task, parameters: { cmd: 'x', deep: [{ password: secret }] } })),
    };
    expect(JSON.stringify(planJson(withSecret))).not.toContain('$sealed');
    expect((planJson(withSecret)['tasks'] as { parameters: object }[])[0]?.parameters).toEqual({
      cmd: 'x',
      deep: [{ password: '<secret>' }],
    });
  });
});
