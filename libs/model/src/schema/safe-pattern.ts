import { patternExcess } from '../pattern-size';
import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS | null>();

/**
 * A regular expression in RE2 syntax: matches in linear time, so that no pattern from outside can hang us.
 * Null if it is none, or too large. Look-around and back references are not in that syntax.
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
  if (patternExcess(source) !== null) return null;
  try {
    return RE2JS.compile(source);
  } catch {
    return null;
  }
}
