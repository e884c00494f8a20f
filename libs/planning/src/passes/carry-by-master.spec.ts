import { cluster, codes, outcomeOf, planOf } from '../planning.testing';

const tasks = [
  { id: 'play', type: 'ansible', roles: ['web'], parameters: { playbook: '/site.yml' } },
  { id: 'own', type: 'shell', roles: ['master'], parameters: { cmd: 'x' } },
  { id: 'free', type: 'shell', roles: ['web'], parameters: { cmd: 'x' } },
];
const shell = [{ id: 'ask', type: 'master_shell', roles: ['web'], parameters: { cmd: 'x' } }];
const make = [{ id: 'make', type: 'provision', roles: ['web'] }];
const nodes = { n1: ['web'], n2: ['web'], ctl: ['control'] };

describe('what the master node carries out for others', () => {
  it('takes its turn, one at a time together with its own tasks', () => {
    const made = planOf(tasks, cluster(nodes, { master: 'ctl' }));
    expect(made.limits).toEqual({ master: 1 });
    const limited = made.tasks.filter(({ limits }) => limits.includes('master')).map(({ task }) => task);
    expect(limited).toEqual(['own@master', 'play@n1', 'play@n2']);
  });

  it('leaves plans alone in which it carries nothing', () => {
    expect(planOf(tasks.slice(1), cluster(nodes, { master: 'ctl' })).limits).toEqual({});
  });

  it('needs a master node, and a cluster that allows it', () => {
    expect(codes(outcomeOf(tasks.slice(0, 1), cluster(nodes)).problems)).toEqual(['PLAN_NO_MASTER cluster c']);
    const denied = outcomeOf(shell, cluster(nodes, { master: 'ctl' }));
    expect([codes(denied.problems), denied.plan?.tasks.length]).toEqual([['PLAN_TYPE_NOT_ALLOWED cluster c'], 2]);
    expect(outcomeOf(shell, cluster(nodes, { master: 'ctl', allow: ['master_shell'] })).problems).toEqual([]);
  });

  it("writes the cluster's driver into the tasks that ask it, and counts those that the master node carries", () => {
    const existing = planOf(make, cluster(nodes));
    expect([existing.tasks[0]?.parameters, existing.limits]).toEqual([{ driver: { type: 'ssh-existing' } }, {}]);
    const driver = { type: 'commands', commands: { provision: 'make-it' } } as const;
    const commands = planOf(make, cluster(nodes, { master: 'ctl', driver }));
    expect([commands.tasks[0]?.parameters, commands.limits]).toEqual([{ driver }, { master: 1 }]);
  });

  it("writes a node's own driver, with the cluster's commands where it has none", () => {
    const commands = { provision: 'make-it' };
    const spec = cluster(nodes, { master: 'ctl', driver: { type: 'commands', commands } });
    const settings = { bmc: '192.0.2.201' };
    const drivers = { n1: { type: 'commands', settings }, n2: { type: 'ssh-existing' } } as const;
    const made = outcomeOf(make, spec, { drivers }).plan;
    expect(made?.tasks.map(({ parameters, limits }) => [parameters['driver'], limits])).toEqual([
      [{ type: 'commands', commands, settings }, ['master']],
      [{ type: 'ssh-existing' }, []],
    ]);
  });
});
