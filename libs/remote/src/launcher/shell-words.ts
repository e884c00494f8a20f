/** `text` as one shell word, whatever it contains (NUL aside, which no shell word can hold). */
export function quoteWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Space and backslash are left out: the one parts words, the other begins an escape. */
const PLAIN = /^[!-[\]-~]$/;

function octal(byte: number): string {
  return `\\0${byte.toString(8).padStart(3, '0')}`;
}

/**
 * `text` for `printf %b`: one word of one line, everything but printable ASCII as octal escapes of its UTF-8 bytes.
 * Never empty and never the lone `-`, which means "none" in requests.
 */
export function escapeWord(text: string): string {
  if (text === '') return '\\c';
  if (text === '-') return octal(0x2d);
  let word = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    word += PLAIN.test(char) ? char : octal(byte);
  }
  return word;
}
