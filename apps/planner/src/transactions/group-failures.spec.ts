import { groupFailures } from './group-failures';

describe('failures', () => {
  it('of many nodes with one cause are one group, which names the first nodes', () => {
    const many = Array.from({ length: 37 }, (_, index) => ({
      task: `packages@node-${index + 1}`,
      reason: `node unreachable: connect ECONNREFUSED 192.0.2.${index + 1}:22 from node-${index + 1} after ${index}.5 s at 2026-01-02T03:04:0${index % 10}Z`,
    }));
    const [group, ...others] = groupFailures(many);
    expect(others).toEqual([]);
    expect(group).toMatchObject({ definition: 'packages', count: 37, reason: many[0]?.reason });
    expect(group?.nodes).toEqual(Array.from({ length: 10 }, (_, index) => `node-${index + 1}`));
  });

  it('differ by definition, exit code and what is said, and the largest group comes first', () => {
    const failed = [
      { task: 'a@n1', reason: 'exited with code 7' },
      { task: 'a@n2', reason: 'exited with code 8' },
      { task: 'a@n3', reason: 'exited with code 8' },
      { task: 'b@n1', reason: 'exited with code 7' },
      { task: 'b@n2', reason: null },
      { task: 'c@7', reason: 'exited with code 7' },
    ];
    expect(groupFailures(failed).map(({ definition, reason, nodes }) => [definition, reason, nodes])).toEqual([
      ['a', 'exited with code 8', ['n2', 'n3']],
      ['a', 'exited with code 7', ['n1']],
      ['b', 'exited with code 7', ['n1']],
      ['b', null, ['n2']],
      ['c', 'exited with code 7', ['7']],
    ]);
  });

  it('whose ids and keys differ are one', () => {
    const reason = (id: string, key: string) => `refused (NODE_HOST_KEY_CHANGED): attempt ${id} saw SHA256:${key}`;
    const failed = [
      { task: 'a@n1', reason: reason('0a0a0a0a-0000-4000-8000-000000000001.3.1', 'abc') },
      { task: 'a@n2', reason: reason('0b0b0b0b-0000-4000-8000-000000000002.4.1', 'xyz') },
    ];
    // The place in the graph differs, too: two groups, since nothing says that such a number means nothing.
    expect(groupFailures(failed)).toHaveLength(2);
    expect(groupFailures(failed.map((each) => ({ ...each, reason: each.reason.replace(/\.\d\.1/, '') })))).toHaveLength(
      1,
    );
  });
});
