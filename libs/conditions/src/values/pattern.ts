import { patternExcess } from '@muster/model';
import { RE2JS } from 're2js';

const COMPILED_MAX = 2000;
const compiled = new Map<string, RE2JS | null>();

export interface PatternOptions {
  readonly ignoreCase?: boolean;
  readonly multiLine?: boolean;
  readonly dotAll?: boolean;
}

/** RE2 syntax: matches in linear time. Null if it is none or too large. */
export function compilePattern(source: string, options: PatternOptions = {}): RE2JS | null {
  if (patternExcess(source) !== null) return null;
  const flags =
    (options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) |
    (options.multiLine ? RE2JS.MULTILINE : 0) |
    (options.dotAll ? RE2JS.DOTALL : 0);
  const key = `${flags}:${source}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  if (compiled.size > COMPILED_MAX) compiled.clear();
  const made = compile(source, flags);
  compiled.set(key, made);
  return made;
}

function compile(source: string, flags: number): RE2JS | null {
  try {
    return RE2JS.compile(source, flags);
  } catch {
    return null;
  }
}
