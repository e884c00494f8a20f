import { table } from './table';

describe('a table', () => {
  it('has its columns below each other, whatever the width of characters, and no spaces at the ends of lines', () => {
    const rows = [
      ['a', 1, 'x'],
      ['日本', null, ''],
      ['😀b', 22222, 'long'],
    ];
    expect(table(['name', 'count', 'more'], rows)).toBe(
      ['NAME  COUNT  MORE', 'a     1      x', '日本  -      -', '😀b   22222  long', ''].join('\n'),
    );
    expect(table(['a', 'b'], [])).toBe('A  B\n');
  });

  it('lets nothing of a cell out that a terminal would obey', () => {
    const text = table(['a'], [['x\u001b[31my\nz']]);
    expect(text.split('\n')).toHaveLength(3);
    expect(text).not.toContain('\u001b');
  });
});
