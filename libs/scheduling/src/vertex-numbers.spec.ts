import { VertexNumbers } from './vertex-numbers';

describe('VertexNumbers', () => {
  it.each([
    ['ascending', ['a@n1', 'a@n10', 'a@n2', 'b@n1']],
    ['in any order', ['b@n1', 'a@n2', 'a@n10', 'a@n1']],
    ['none', []],
    ['one', ['a@n1']],
  ])('numbers tasks by place, barriers after them: addresses %s', (_, addresses) => {
    const numbers = new VertexNumbers(addresses, ['barrier:2', 'barrier:1']);
    expect(addresses.map((address) => numbers.get(address))).toEqual(addresses.map((_each, index) => index));
    expect(numbers.get('barrier:2')).toBe(addresses.length);
    expect(numbers.get('barrier:1')).toBe(addresses.length + 1);
    for (const other of ['', 'a', 'a@n11', 'zz@n1', 'barrier:3']) expect(numbers.get(other)).toBeUndefined();
  });

  it.each([
    ['tasks side by side', ['a@n1', 'a@n1'], []],
    ['tasks apart', ['a@n1', 'b@n1', 'a@n1'], []],
    ['barriers', ['a@n1'], ['barrier:1', 'barrier:1']],
    ['a task and a barrier', ['a@n1', 'barrier:1'], ['barrier:1']],
    ['a task and a barrier, in any order', ['barrier:1', 'a@n1'], ['barrier:1']],
  ])('refuses a name that is there twice: %s', (_, addresses, barriers) => {
    expect(() => new VertexNumbers(addresses, barriers)).toThrow('a name of its own');
  });
});
