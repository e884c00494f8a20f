import { parse } from 'yaml';
import fc from 'fast-check';
import type { Json } from '@muster/model';
import { valueOf } from '../conditions.testing';

const yamlOf = (data: Json): string => valueOf('$.a.toYaml()', { data: { a: data } }) as string;

/** What PyYAML (with libyaml) prints for these. */
const PRINTED: readonly (readonly [Json, string])[] = [
  ['', "''\n"],
  ['a', 'a\n'],
  ['a b', 'a b\n'],
  ['yes', "'yes'\n"],
  ['No', "'No'\n"],
  ['null', "'null'\n"],
  ['~', "'~'\n"],
  ['true', "'true'\n"],
  ['1', "'1'\n"],
  ['1.0', "'1.0'\n"],
  ['1e3', '1e3\n'],
  ['1.0e+3', "'1.0e+3'\n"],
  ['0x1f', "'0x1f'\n"],
  ['012', "'012'\n"],
  ['0o7', '0o7\n'],
  ['1:30', "'1:30'\n"],
  ['1_000', "'1_000'\n"],
  ['2001-01-01', "'2001-01-01'\n"],
  ['2001-12-14t21:59:43.10-05:00', "'2001-12-14t21:59:43.10-05:00'\n"],
  ['<<', "'<<'\n"],
  ['=', "'='\n"],
  ['---', "'---'\n"],
  ['-', "'-'\n"],
  ['- a', "'- a'\n"],
  ['-a', '-a\n'],
  ['?', "'?'\n"],
  ['? a', "'? a'\n"],
  [':', "':'\n"],
  ['a: b', "'a: b'\n"],
  ['a:b', 'a:b\n'],
  ['a #b', "'a #b'\n"],
  ['a#b', 'a#b\n'],
  ['#a', "'#a'\n"],
  ['%a', "'%a'\n"],
  ['@a', "'@a'\n"],
  ['`a', "'`a'\n"],
  ['&a', "'&a'\n"],
  ['*a', "'*a'\n"],
  ['!a', "'!a'\n"],
  ['|', "'|'\n"],
  ['>', "'>'\n"],
  ['[a', "'[a'\n"],
  ['{a', "'{a'\n"],
  ['a]', 'a]\n'],
  [',a', "',a'\n"],
  ['a,b', 'a,b\n'],
  ["it's", "it's\n"],
  ['"q"', '\'"q"\'\n'],
  [' lead', "' lead'\n"],
  ['trail ', "'trail '\n"],
  ['x\ny', "'x\n\n  y'\n"],
  ['x\n', "'x\n\n  '\n"],
  ['\nx', "'\n\n  x'\n"],
  ['x \ny', '"x \\ny"\n'],
  ['tab\tx', '"tab\\tx"\n'],
  ['é', '"\\xE9"\n'],
  ['a\u00a0b', '"a\\_b"\n'],
  ['😀', '"\\U0001F600"\n'],
  ['\u2028', '"\\L"\n'],
  ['back\\slash', 'back\\slash\n'],
  ['.inf', "'.inf'\n"],
  ['.nan', "'.nan'\n"],
  ['.5', "'.5'\n"],
  ['+1', "'+1'\n"],
  ['-5', "'-5'\n"],
  ['0', "'0'\n"],
  [
    'word '.repeat(20),
    "'word word word word word word word word word word word word word word word word word\n  word word word '\n",
  ],
  [
    "it's ".repeat(20),
    "'it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s it''s\n  it''s it''s it''s it''s it''s it''s '\n",
  ],
  [
    'é '.repeat(50),
    '"\\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9\n  \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9\n  \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9 \\xE9\n  \\xE9 "\n',
  ],
  [
    'a  b '.repeat(25),
    "'a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b a  b\n  a  b a  b a  b a  b a  b a  b a  b a  b '\n",
  ],
  [
    'x'.repeat(200),
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n',
  ],
  ['line one\nline two\n\nline four', "'line one\n\n  line two\n\n\n  line four'\n"],
  [0, '0\n'],
  [-1, '-1\n'],
  [2.5, '2.5\n'],
  [1e20, '1.0e+20\n'],
  [1e-7, '1.0e-07\n'],
  [true, 'true\n'],
  [null, 'null\n'],
  [[], '[]\n'],
  [{}, '{}\n'],
  [[[]], '- []\n'],
  [[{}], '- {}\n'],
  [[[1, [2]], []], '- - 1\n  - - 2\n- []\n'],
  [{ a: [] }, 'a: []\n'],
  [{ a: {} }, 'a: {}\n'],
  [
    { b: 1, a: [1, { c: null, d: [true] }], '10': 1, '9': 2 },
    "'10': 1\n'9': 2\na:\n- 1\n- c: null\n  d:\n  - true\nb: 1\n",
  ],
  [{ '': 1, yes: 2, 'x: y': 3 }, "'': 1\n'x: y': 3\n'yes': 2\n"],
  [
    {
      kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk:
        [1],
      'm\nn': { a: 1 },
    },
    "? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: - 1\n? 'm\n\n  n'\n: a: 1\n",
  ],
  [[{ a: 1, b: 2 }, { c: [{ d: 1 }] }], '- a: 1\n  b: 2\n- c:\n  - d: 1\n'],
];

it.each(PRINTED)('%j prints as %j', (value, printed) => {
  expect(yamlOf(value)).toBe(printed);
});

it('is read back as what it was, whatever texts and keys there are', () => {
  // The reader takes more for numbers than YAML 1.1 does; those are recorded above.
  const isWord = (text: string): boolean => !/^[-+._\d]*(?:[eE][-+]?\d*)?$/.test(text);
  const written = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(...' abc\n:-#\'"?,[]{}&*!|>%@`~=<.0189eE+_'), maxLength: 200 }),
  );
  const anyText = written.filter(isWord);
  const anyValue = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      anyText,
      fc.constantFrom<Json>(null, true, 0, -3, 2.5, 1e21, 1e-9),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(anyText, tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(parse(yamlOf(value), { version: '1.1', maxAliasCount: 0 })).toEqual(value);
    }),
    { numRuns: 100 },
  );
});
