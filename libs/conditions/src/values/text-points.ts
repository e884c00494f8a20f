const BEYOND_BASIC = /[\ud800-\udfff]/;

/** Characters as people and Python count them: an emoji is one. */
export function pointsOf(text: string): readonly string[] {
  return BEYOND_BASIC.test(text) ? [...text] : text.split('');
}

export function lengthOf(text: string): number {
  if (!BEYOND_BASIC.test(text)) return text.length;
  let pairs = 0;
  for (let at = 1; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00 || (text.charCodeAt(at - 1) & 0xfc00) !== 0xd800) continue;
    pairs++;
    at++;
  }
  return text.length - pairs;
}

/** The character that begins at a unit; empty at the end. */
export function pointFrom(text: string, unit: number): string {
  const point = text.codePointAt(unit);
  return point === undefined ? '' : String.fromCodePoint(point);
}

/** The character that ends before a unit; empty at the start. */
export function pointBefore(text: string, unit: number): string {
  const pair = unit < 2 ? '' : pointFrom(text, unit - 2);
  return pair.length === 2 ? pair : text.slice(Math.max(0, unit - 1), unit);
}

/** From UTF-16 units to characters. */
export function pointAt(text: string, unit: number): number {
  return lengthOf(text.slice(0, unit));
}
