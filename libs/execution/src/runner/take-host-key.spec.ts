import type { AttemptResult, GraphTask, SecretBox, TaskGraph } from '@muster/model';
import type { StartDeployment } from '@muster/protocol';
import { TASK } from '../executor-bed.testing';
import { NodeTargets } from './node-targets';
import { takeHostKey } from './take-host-key';

const key = (char: string): string => `SHA256:${char.repeat(43)}`;
const box = { open: () => ({ reveal: () => 'private' }) } as unknown as SecretBox;
const access = (name: string, hostKey: string, jump: string | null = null) => ({
  ...{ name, machine: hostKey, address: name, port: 22, user: 'root', become: 'none', hostKey, identity: {} },
  ...{ stateDir: '/s', jump },
});
const start = { nodes: [access('n1', key('1'), 'ctl'), access('n2', key('2')), access('ctl', key('c'))] };

function targetsWith(hostKeys: ReadonlyMap<string, string>): NodeTargets {
  return new NodeTargets(start as unknown as StartDeployment, { master: 'ctl' } as TaskGraph, box, hostKeys);
}

const make: GraphTask = {
  ...TASK,
  ...{ task: 'make@n1', definition: 'make', type: 'provision', parameters: { driver: { type: 'commands' } } },
};
const ended = (hostKey: unknown, code = 0): AttemptResult => ({
  ...{ kind: 'exited', code, sizes: { stdout: 0, stderr: 0 } },
  ...(hostKey === undefined ? {} : { outputs: { hostKey: hostKey as string } }),
});

describe('the host key of a node that was made anew', () => {
  const take = (task: GraphTask, result: AttemptResult): AttemptResult =>
    takeHostKey(task, result, targetsWith(new Map()));

  it('is taken from the task that made it', () => {
    expect(take(make, ended(key('9')))).toMatchObject({ hostKey: key('9'), outputs: { hostKey: key('9') } });
  });

  it.each<[string, GraphTask, AttemptResult]>([
    ['said nothing', make, ended(undefined)],
    ['said what is known', make, ended(key('1'))],
    ['failed', make, ended(key('9'), 1)],
    ['was another type of task', { ...make, type: 'shell' }, ended(key('9'))],
    ['erased it', { ...make, type: 'erase_node' }, ended(key('9'))],
    ['ran on the node itself', { ...make, parameters: { driver: { type: 'ssh-existing' } } }, ended(key('9'))],
    ['made the machine that it ran on', { ...make, task: 'make@master', node: 'master' }, ended(key('9'))],
    ['made the machine that it ran on, by its name', { ...make, task: 'make@ctl', node: 'ctl' }, ended(key('9'))],
  ])('is none where what ran %s', (_, task, result) => {
    expect(take(task, result)).toEqual(result);
  });

  it.each([
    ['5', 5],
    ['a text', 'SHA256:short'],
    ['a line more', `${key('9')}\n`],
    ['the key of another node', key('2')],
  ])('makes the task fail where it is %s', (_, told) => {
    const result = take(make, ended(told));
    expect(result).toMatchObject({ fault: expect.stringContaining('its output hostKey is') as string });
    expect(result).not.toHaveProperty('hostKey');
  });

  it('is what the node, and what is behind it, is reached by from then on; its claim stays', () => {
    const hostKeys = new Map<string, string>();
    const targets = targetsWith(hostKeys);
    expect([targets.target('n1')?.hostKey, targets.target('n1')?.jumps[0]?.hostKey]).toEqual([key('1'), key('c')]);
    hostKeys.set('ctl', key('9'));
    hostKeys.set('n2', key('8'));
    expect(targets.target('n1')?.jumps[0]?.hostKey).toBe(key('9'));
    expect([targets.target('n2')?.hostKey, targets.machineKey('n2')]).toEqual([key('8'), key('2')]);
    expect(targets.target('n2')).toBe(targets.target('n2'));
    expect([targets.nodeWithHostKey(key('8')), targets.nodeWithHostKey(key('2'))]).toEqual(['n2', null]);
  });
});
