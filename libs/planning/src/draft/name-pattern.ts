import { patternExcess } from '@muster/model';
import { RE2JS } from 're2js';

/**
 * What a name in a relation or placement stands for: itself, or every name that a `/regex/` matches from its start on
 * (as the field does; not to its end). RE2 syntax: matches in linear time, so that no pattern can hang planning.
 */
export type NamePattern =
  | { readonly kind: 'exact'; readonly name: string }
  | { readonly kind: 'regex'; readonly matches: (name: string) => boolean };

/** Null for a regex that is none, or too large. */
export function namePattern(text: string): NamePattern | null {
  if (!isPattern(text)) return { kind: 'exact', name: text };
  const source = text.slice(1, -1);
  if (patternExcess(source) !== null) return null;
  try {
    // Alone first: what is unbalanced must not become balanced by what is put around it.
    RE2JS.compile(source);
    // Asking only whether it matches is a hundred times faster than asking what.
    const anchored = RE2JS.compile(`^(?:${source})`);
    return { kind: 'regex', matches: (name) => anchored.test(name) };
  } catch {
    return null;
  }
}

/** Whether a name is written as a `/regex/`, usable or not. */
export function isPattern(text: string): boolean {
  return text.length >= 2 && text.startsWith('/') && text.endsWith('/');
}
