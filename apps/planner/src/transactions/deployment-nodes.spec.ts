import type { NodeRow } from '../nodes/node.entity';
import { accessForPlan } from './deployment-nodes';

describe('how the machines of a plan are reached', () => {
  const row = (name: string, jump: string | null): [string, NodeRow] => [
    name,
    {
      ...{ name, jump, address: '192.0.2.1', port: 22, user: 'root', become: 'none', stateDir: '/var/lib/muster' },
      ...{ hostKey: 'SHA256:a', identity: {} },
    } as unknown as NodeRow,
  ];

  it('tells machines that are only gone through from those that are used', () => {
    const known = new Map([row('a', 'b'), row('b', 'c'), row('c', null)]);
    const plan = { cluster: 'c', machines: ['a', 'b'], needsMaster: false, master: null, denied: [], unready: [] };
    const told = accessForPlan(plan, known).map(({ name, isOnlyJump }) => [name, isOnlyJump]);
    expect(told).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', true],
    ]);
  });
});
