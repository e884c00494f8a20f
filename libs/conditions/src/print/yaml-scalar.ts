/** Plain texts that YAML 1.1 reads as something else, as PyYAML resolves them. */
const READ_OTHERWISE = new RegExp(
  `^(?:${[
    '',
    '~|null|Null|NULL',
    'yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF',
    '[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+',
    '[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?',
    '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)',
    '[0-9]{4}-[0-9]{2}-[0-9]{2}',
    '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?',
    '<<|=',
  ].join('|')})$`,
);
const PRINTABLE = /^[\n\x20-\x7e]*$/;
const BEGINS_AS_INDICATOR = /^(?:[#,[\]{}&*!|>'"%@`]|---|\.\.\.|[?:-](?:\s|$))/;
const HAS_INDICATOR = /:(?:\s|$)|\s#/;

export type ScalarStyle = 'plain' | 'single' | 'double';

/** How PyYAML writes a text where a block value (or, `isKey`, a key on one line) stands. */
export function scalarStyle(text: string, isKey: boolean): ScalarStyle {
  const hasBreaks = text.includes('\n');
  const isEdged = /^[ \n]|[ \n]$/.test(text);
  const isPlain =
    !hasBreaks &&
    !isEdged &&
    PRINTABLE.test(text) &&
    !BEGINS_AS_INDICATOR.test(text) &&
    !HAS_INDICATOR.test(text) &&
    !READ_OTHERWISE.test(text);
  if (isPlain) return 'plain';
  const isSingle = PRINTABLE.test(text) && !/\n | \n/.test(text) && !(isKey && hasBreaks);
  return isSingle ? 'single' : 'double';
}

const NAMED_ESCAPES = new Map([
  ['\0', '\\0'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\x1b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x85', '\\N'],
  ['\xa0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

/** One character of a text in double quotes. */
export function doubleQuotedCharacter(character: string): string {
  const named = NAMED_ESCAPES.get(character);
  if (named !== undefined) return named;
  if (character >= ' ' && character <= '~') return character;
  const code = character.codePointAt(0) ?? 0;
  const hexadecimal = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hexadecimal.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hexadecimal.padStart(4, '0')}` : `\\U${hexadecimal.padStart(8, '0')}`;
}
