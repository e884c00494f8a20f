import type { ProblemCode } from './catalogue';

/** `error` refuses the input, `warning` does not, `info` is advice for authors. */
export type Severity = 'error' | 'warning' | 'info';

/** Where in someone's input a problem lies. Lines and columns count from 1. */
export interface Place {
  /** Path inside the bundle, or as the user gave it. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Path inside the document, dotted: `nodes.1.address`. */
  readonly path?: string;
}

/**
 * Someone's input is wrong: a value that is collected and shown, never thrown on its own.
 *
 * Shape: `subject` names the thing (`task hiera`, `node 3`); `summary` is one sentence saying what is wrong;
 * `remedy` is one sentence saying what to do next. Never contains a secret.
 */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly subject: string;
  readonly summary: string;
  readonly remedy: string;
  readonly detail?: string;
  readonly place?: Place;
}

/** What a caller gives to `problem`; severity and remedy come from the catalogue unless told otherwise. */
export interface ProblemInput {
  readonly subject: string;
  readonly summary: string;
  readonly remedy?: string;
  readonly severity?: Severity;
  readonly detail?: string;
  readonly place?: Place;
}
