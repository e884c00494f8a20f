import { found, shell } from '../lint.testing';

const takes = (field: string, of = 'a'): object => shell('b', { parameters: { cmd: { output: { task: of, field } } } });
const gives = (outputs: object | null): object => shell('a', outputs === null ? {} : { outputs });

describe('bindings to outputs', () => {
  it('that are not declared are found, with the nearest one', () => {
    const a = gives({ type: 'object', properties: { address: {} } });
    expect(found('LINT_UNKNOWN_OUTPUT', [a, takes('adress')])).toEqual([
      'warning task b: takes the output `adress` of a, which declares address',
    ]);
    expect(found('LINT_UNKNOWN_OUTPUT', [a, takes('address')])).toEqual([]);
    expect(found('LINT_UNKNOWN_OUTPUT', [gives({ type: 'object' }), takes('any')])).toEqual([]);
  });

  it('on a node that none is called are refused, as planning does', () => {
    const onSelf = shell('b', { parameters: { cmd: { output: { task: 'a', node: 'self', field: 'x' } } } });
    expect(found('LINT_UNKNOWN_OUTPUT', [gives({ type: 'object' }), onSelf])).toEqual([
      'error task b: takes an output of a on the node `self`, and no node is called so',
    ]);
  });

  it('of a task that declares none, or does no work, are found', () => {
    expect(found('LINT_UNKNOWN_OUTPUT', [gives(null), takes('x')])).toEqual([
      'warning task b: takes an output of a, which declares none',
    ]);
    expect(found('LINT_UNKNOWN_OUTPUT', [{ id: 's', type: 'stage' }, takes('x', 's')])).toEqual([
      'warning task b: takes an output of s, which does no work and gives none',
    ]);
  });
});
