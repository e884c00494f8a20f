import { toJson } from './located';
import { readYaml } from './read-yaml';
import { YAML_LIMITS } from './yaml-limits';

const read = (text: string): { value: unknown; problems: string[] } => {
  const { root, problems } = readYaml(text, 'f.yaml', 'BUNDLE_DUPLICATE_KEY');
  return {
    value: root && toJson(root),
    problems: problems.map(({ code, place }) => `${code} ${place?.line ?? '-'}:${place?.column ?? '-'}`),
  };
};

describe('a YAML document', () => {
  it.each<[string, unknown]>([
    ['a: 1\nb: [x, "y", null, true, 1.5]', { a: 1, b: ['x', 'y', null, true, 1.5] }],
    ['{"json": ["is", "yaml"]}', { json: ['is', 'yaml'] }],
    ['', null],
    ['# only a comment', null],
    ['\ufeffa: 1', { a: 1 }],
    ['a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['a: |\n  two\n  lines\n', { a: 'two\nlines\n' }],
    // YAML 1.2: yes is a word, a time is a word.
    ['a: yes\nb: 12:30', { a: 'yes', b: '12:30' }],
    ['1: x\n0x10: y\ntrue: z', { 1: 'x', '0x10': 'y', true: 'z' }],
    ['a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
  ])('%j is read', (text, value) => {
    expect(read(text)).toEqual({ value, problems: [] });
  });

  it.each([
    ['a: [1, 2', ['YAML_INVALID 1:9']],
    ['a: 1\n\tb: 2', ['YAML_INVALID 2:1']],
    ['a: *nothing', ['YAML_INVALID 1:4']],
    ['a: &a [*a]', ['YAML_INVALID 1:8']],
    ['a: 1\n---\nb: 2', ['YAML_INVALID 2:1']],
    ['a: !!js/function "x"', ['YAML_INVALID 1:4']],
    ['a: !!binary aGVsbG8=', ['YAML_NOT_JSON 1:13']],
    ['a: 1e309', ['YAML_NOT_JSON 1:4']],
    ['a: .nan\nb: -.inf', ['YAML_NOT_JSON 1:4', 'YAML_NOT_JSON 2:4']],
    ['? [a, b]\n: c', ['YAML_NOT_JSON 1:3']],
    ['a: "x\\0y"', ['YAML_INVALID 1:4']],
    ['a: 1\nb: x\0y', ['YAML_INVALID 2:4']],
    ['a: {"\\u0000": 1, b: "\\ud800"}', ['YAML_INVALID 1:5', 'YAML_INVALID 1:21']],
    ['a: \ud800', ['YAML_INVALID 1:4']],
    ['*x\0y', ['YAML_INVALID 1:1']],
  ])('%j is refused with its place', (text, problems) => {
    expect(read(text).problems).toEqual(problems);
    expect(read(text).value).toBeNull();
  });

  it('tells of no mistake in words that cannot be kept', () => {
    for (const text of ['*x\0y', '[\0', 'a: !\0 b', 'a: "\\0']) {
      const { problems } = readYaml(text, 'f', 'BUNDLE_DUPLICATE_KEY');
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain('\\u0000');
    }
  });

  it('may repeat a key: the last one wins, and each repetition is reported', () => {
    expect(read('a: 1\nb: 2\na: 3\nc: {x: 1, x: 2}')).toEqual({
      value: { a: 3, b: 2, c: { x: 2 } },
      problems: ['BUNDLE_DUPLICATE_KEY 3:1', 'BUNDLE_DUPLICATE_KEY 4:11'],
    });
  });

  it('may have keys such as __proto__, which are keys like any other', () => {
    const { value } = read('__proto__: {polluted: true}\nconstructor: 1\n');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((value as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is bounded: an alias bomb costs nothing, and is refused', () => {
    const bomb = [
      'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
      ...Array.from(
        { length: 30 },
        (_, index) => `a${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(', ')}]`,
      ),
    ].join('\n');
    expect(read(bomb).problems).toEqual(['YAML_TOO_LARGE -:-']);
  });

  it('is bounded in depth, written or through aliases', () => {
    expect(read('['.repeat(100_000) + ']'.repeat(100_000)).problems).toEqual(['YAML_TOO_LARGE -:-']);
    expect(read(`${'['.repeat(60)}1${']'.repeat(60)}`).problems).toEqual([]);
    const ladder = [
      'a0: &a0 [x]',
      ...Array.from({ length: 80 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}]`),
    ].join('\n');
    expect(read(ladder).problems).toEqual(['YAML_TOO_LARGE -:-']);
  });

  it('is bounded in size', () => {
    expect(read('x'.repeat(YAML_LIMITS.textMax + 1)).problems).toEqual(['YAML_TOO_LARGE -:-']);
    const aliases = (count: number) => `- &a ${'x'.repeat(100_000)}\n${'- *a\n'.repeat(count)}`;
    expect(read(aliases(100)).problems).toEqual([]);
    expect(read(aliases(200)).problems).toEqual(['YAML_TOO_LARGE -:-']);
  });
});
