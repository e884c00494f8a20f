/** What JSON can say and databases and files of text cannot hold: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /[\0\p{Cs}]/u;
const UNSTORABLE_IN_JSON = /\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g;

/** Why `text` cannot be kept, to be read after its name; null: it can. */
export function textFault(text: string): string | null {
  const found = UNSTORABLE.exec(text);
  if (found === null) return null;
  return found[0] === '\0' ? 'holds a NUL character' : 'holds half of a surrogate pair, which is no character';
}

/** `text` with a replacement character in place of each that cannot be kept; for what nodes say, which is never refused. */
export function storableText(text: string): string {
  return UNSTORABLE.test(text) ? text.replaceAll(new RegExp(UNSTORABLE, 'gu'), '\ufffd') : text;
}

/** JSON of `value`, which may not be undefined, with all its texts and keys as `storableText` has them. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u')) return text;
  return text.replaceAll(UNSTORABLE_IN_JSON, (escape) => (/^\\u(0000|d)/.test(escape) ? '\ufffd' : escape));
}
