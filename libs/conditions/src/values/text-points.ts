const BEYOND_BASIC = /[\ud800-\udfff]/;

/** Characters as people and Python count them: an emoji is one. */
export function pointsOf(text: string): readonly string[] {
  return BEYOND_BASIC.test(text) ? [...text] : text.split('');
}

export function lengthOf(text: string): number {
  return BEYOND_BASIC.test(text) ? [...text].length : text.length;
}

/** From UTF-16 units to characters. */
export function pointAt(text: string, unit: number): number {
  return lengthOf(text.slice(0, unit));
}
