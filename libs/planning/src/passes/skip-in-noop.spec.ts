import { TASK_TYPES, TYPES_WITHOUT_WORK } from '@muster/model';
import { cluster, outcomeOf, planOf } from '../planning.testing';

const spec = cluster({ n1: ['web'] });
const tasks = [
  { id: 'command', type: 'shell', roles: ['web'], parameters: { cmd: 'x' } },
  { id: 'apply', type: 'puppet', roles: ['web'], requires: ['command'], parameters: { puppet_manifest: '/m.pp' } },
  {
    id: 'taker',
    type: 'upload_file',
    roles: ['web'],
    parameters: { path: '/a', data: { output: { task: 'command' } } },
  },
  {
    id: 'behind',
    type: 'upload_file',
    roles: ['web'],
    parameters: { path: '/b', data: { output: { task: 'taker' } } },
  },
];

describe('planning with noop', () => {
  it('shows as unknown what cannot tell, and what takes outputs of it, and keeps the order', () => {
    const made = planOf(tasks, spec, { options: { noop: true } }).tasks;
    expect(made.map(({ task, action, reason }) => [task, action, reason.code])).toEqual([
      ['apply@n1', 'run', 'no-inputs'],
      ['behind@n1', 'skip', 'noop'],
      ['command@n1', 'skip', 'noop'],
      ['taker@n1', 'skip', 'noop'],
    ]);
    expect(made[0]?.requires).toEqual(['command@n1']);
    expect(made[2]?.reason.text).toContain('shell');
    expect(made[3]?.reason.text).toContain('command@n1');
  });

  it('changes nothing otherwise', () => {
    expect(outcomeOf(tasks, spec).problems).toEqual([]);
    expect(planOf(tasks, spec).tasks.every(({ action }) => action === 'run')).toBe(true);
  });

  it.each(TASK_TYPES.filter((type) => !TYPES_WITHOUT_WORK.has(type)))('runs %s only if it can tell', (type) => {
    const [task] = planOf([{ id: 'a', type, roles: ['web'] }], spec, { options: { noop: true } }).tasks;
    const can = ['puppet', 'ansible', 'upload_file', 'upload_files', 'copy_files', 'sync', 'validate'].includes(type);
    expect(task?.action).toBe(can ? 'run' : 'skip');
  });
});
