/** Characters of a regular expression from outside; longer ones are refused. */
export const PATTERN_LENGTH_MAX = 1000;

/** Single characters that a regular expression may come to once its repetitions are written out. */
export const PATTERN_SIZE_MAX = 5000;

/** Why a regular expression is too large to be used, as the end of a sentence; null: it is not. Says nothing of its syntax. */
export function patternExcess(source: string): string | null {
  if (source.length > PATTERN_LENGTH_MAX) return `a regular expression may have ${PATTERN_LENGTH_MAX} characters`;
  if (patternSize(source) > PATTERN_SIZE_MAX)
    return `its repetitions written out, a regular expression may have ${PATTERN_SIZE_MAX} characters`;
  return null;
}

/**
 * About how many single characters and classes a regular expression comes to once `{n,m}` is written out, which is what
 * it costs to compile and to match: `((a{1,30}){1,30}){1,30}` has 23 characters and comes to 27,000. Cost: linear.
 */
export function patternSize(source: string): number {
  const sizes = [0];
  let last = 0;
  const add = (size: number): void => {
    last = size;
    sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + size;
  };
  const token = /\\[^]|\[\^?\]?(?:\\[^]|\[:\w*:\]|[^\]\\])*\]|\{(\d+)(,(\d*))?\}|[^]/g;
  for (const [text, least, isRange, most] of source.matchAll(token)) {
    if (text === '(') sizes.push(0);
    else if (text === ')' && sizes.length > 1) add(sizes.pop() ?? 0);
    else if (least !== undefined) {
      const times = Math.max(1, Number(least), most ? Number(most) : isRange ? Number(least) + 1 : 1);
      const whole = last * times;
      add(whole - last);
      last = whole;
    } else add(1);
  }
  return sizes.reduce((sum, size) => sum + size, 0);
}
