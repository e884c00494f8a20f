import { RE2JS } from 're2js';

/** Characters of a pattern; longer ones are refused. */
export const PATTERN_LENGTH_MAX = 1000;

const compiled = new Map<string, RE2JS | null>();

/**
 * A regular expression in RE2 syntax: matches in linear time, so that no pattern from outside can hang us.
 * Null if it is none. Look-around and back references are not in that syntax.
 */
export function safePattern(source: string): RE2JS | null {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  if (compiled.size > 10_000) compiled.clear();
  const pattern = compile(source);
  compiled.set(source, pattern);
  return pattern;
}

function compile(source: string): RE2JS | null {
  if (source.length > PATTERN_LENGTH_MAX) return null;
  try {
    return RE2JS.compile(source);
  } catch {
    return null;
  }
}
