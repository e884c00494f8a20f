import { cluster, planOf } from '../planning.testing';
import { planJson } from '../render/plan-json';
import { comparePlans } from './compare-plans';

const tasks = [
  { id: 'a', type: 'shell', roles: ['r'], parameters: { cmd: 'a', cwd: '/' } },
  { id: 'b', type: 'shell', roles: ['r'], requires: ['a'], parameters: { cmd: 'b' } },
];
const planned = (definitions: object[], more: object = {}) =>
  planJson(planOf(definitions, cluster({ n: ['r'] }, more)));

describe('two plans', () => {
  it('of the same input do not differ', () => {
    expect(comparePlans(planned(tasks), planned(tasks))).toMatchObject({ same: true, tasks: [], other: [] });
  });

  it('differ in tasks that are added, gone or changed, each with what differs and why it runs', () => {
    const [a] = tasks;
    const after = planned([
      { ...a, condition: false, parameters: { cmd: 'other' } },
      { id: 'c', type: 'shell', roles: ['r'], requires: ['a'], parameters: { cmd: 'c' } },
    ]);
    const difference = comparePlans(planned(tasks), after);
    const runs = 'Declares no inputs, so it runs every time.';
    expect(difference.same).toBe(false);
    expect(difference.tasks).toEqual([
      {
        task: 'a@n',
        change: 'changed',
        fields: ['action', 'parameters.cmd', 'parameters.cwd'],
        reasons: [runs, 'Its condition is false.'],
      },
      { task: 'b@n', change: 'gone', fields: [], reasons: [runs, null] },
      { task: 'c@n', change: 'added', fields: [], reasons: [null, runs] },
    ]);
  });

  it('differ in what they share', () => {
    const limited = planned(tasks, { limits: { nodesAtOnce: 1 } });
    expect(comparePlans(planned(tasks), limited)).toMatchObject({ same: false, tasks: [], other: ['limits'] });
  });
});
