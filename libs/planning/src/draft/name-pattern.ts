import { RE2JS } from 're2js';

/** Characters of a `/regex/`; longer ones are refused. */
const PATTERN_LENGTH_MAX = 1000;

/**
 * What a name in a relation or placement stands for: itself, or every name that a `/regex/` matches from its start on
 * (as the field does; not to its end). RE2 syntax: matches in linear time, so that no pattern can hang planning.
 */
export type NamePattern =
  | { readonly kind: 'exact'; readonly name: string }
  | { readonly kind: 'regex'; readonly matches: (name: string) => boolean };

/** Null for a regex that is none. */
export function namePattern(text: string): NamePattern | null {
  if (text.length < 2 || !text.startsWith('/') || !text.endsWith('/')) return { kind: 'exact', name: text };
  if (text.length > PATTERN_LENGTH_MAX) return null;
  try {
    const compiled = RE2JS.compile(text.slice(1, -1));
    return { kind: 'regex', matches: (name) => compiled.matcher(name).lookingAt() };
  } catch {
    return null;
  }
}
