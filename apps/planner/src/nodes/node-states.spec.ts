import { BUSY_STATES, NODE_MOVES, NODE_STATES, type NodeMoveName, type NodeState, purposeOf } from './node-states';

const names = Object.keys(NODE_MOVES) as NodeMoveName[];
const froms = (name: NodeMoveName): readonly NodeState[] => NODE_MOVES[name].from;

describe('the moves of nodes', () => {
  /** Where a move may lead, with every knowledge and past. */
  const targets = (name: NodeMoveName): readonly NodeState[] => {
    const { to } = NODE_MOVES[name];
    if (to === 'known') return ['new', 'enrolled', 'discovered'];
    if (to === 'before') return NODE_STATES.filter((state) => !BUSY_STATES.includes(state) && state !== 'retired');
    return [to];
  };

  it('reach every state from `new`', () => {
    const reached = new Set<NodeState>(['new']);
    for (let size = 0; size < reached.size;) {
      size = reached.size;
      for (const name of names)
        if (froms(name).some((state) => reached.has(state))) targets(name).forEach((state) => reached.add(state));
    }
    expect([...reached].sort()).toEqual([...NODE_STATES].sort());
  });

  it.each(BUSY_STATES)('lead out of %s by success, failure and stop', (state) => {
    const out = names.filter((name) => froms(name).includes(state) && !targets(name).includes(state));
    expect(out).toEqual(expect.arrayContaining(['fail', 'stop', 'return']));
    expect(out.some((name) => name.endsWith('-succeed'))).toBe(true);
  });

  it('lead out of retired by a person alone, and never into work from there', () => {
    expect(names.filter((name) => froms(name).includes('retired'))).toEqual(['restore']);
  });

  it('retire nothing that is being worked on', () => {
    expect(froms('retire').filter((state) => BUSY_STATES.includes(state))).toEqual([]);
  });

  it('are told by the type of the graph', () => {
    expect(['provision', 'deletion', 'verify', 'default', 'my-own', 'constructor'].map(purposeOf)).toEqual([
      'provision',
      'remove',
      'none',
      'deploy',
      'deploy',
      'deploy',
    ]);
  });
});
