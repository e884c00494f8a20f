const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of the text's UTF-8 bytes; plain ECMAScript, since the core has neither Buffer nor TextEncoder. */
export function encodeBase64(text: string): string {
  const bytes = utf8(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const one = bytes[at] as number;
    const two = bytes[at + 1];
    const three = bytes[at + 2];
    out += ALPHABET.charAt(one >> 2) + ALPHABET.charAt(((one & 3) << 4) | ((two ?? 0) >> 4));
    out += two === undefined ? '=' : ALPHABET.charAt(((two & 15) << 2) | ((three ?? 0) >> 6));
    out += three === undefined ? '=' : ALPHABET.charAt(three & 63);
  }
  return out;
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    let point = character.codePointAt(0) ?? 0;
    // A lone surrogate has no UTF-8; it becomes the replacement character, as everywhere.
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return bytes;
}
