const ESCAPE = /\\(?:U([0-9A-Fa-f]{8})|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-7]{1,3})|([\\'"abfnrtv]))/g;
const SINGLE = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/** Python's escapes; what is none stays as written, so that `'\d'` is a pattern. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    ESCAPE,
    (whole: string, long?: string, short?: string, byte?: string, octal?: string, single?: string) => {
      if (single !== undefined) return SINGLE.get(single) ?? single;
      const code = octal === undefined ? Number.parseInt(long ?? short ?? byte ?? '', 16) : Number.parseInt(octal, 8);
      return code > 0x10ffff ? whole : String.fromCodePoint(code);
    },
  );
}
