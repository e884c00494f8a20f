import type { JsonObject } from '@muster/model';

/** What a node was expected to be: what expressions see as `$common` and `$node`, uid, name, roles and tags included. */
export interface ExpectedState {
  readonly common: JsonObject;
  readonly node: JsonObject;
}

/**
 * What a task was when it succeeded, part by part as hashes, so that a later plan can say what has changed since.
 * Secrets count by their keyed fingerprints.
 */
export interface Fingerprint {
  /** Of the definition, as far as it decides what is done: not its relations, limits and times. */
  readonly definition: string;
  /** Of the resolved parameters. */
  readonly parameters: string;
  /** Of paths, digests and modes of the bundle's files that are used. */
  readonly files: string;
  /** Of the value of each declared input, by name; null: none declared. */
  readonly inputs: Readonly<Record<string, string>> | null;
}

/** The last real success of a task on a node. */
export interface PreviousSuccess {
  readonly state: ExpectedState;
  /** Null: not recorded, but the definition is known to be the same; what it came to follows from the state. */
  readonly fingerprint: Fingerprint | null;
}

/** Last successes of a cluster. Must answer the same every time, and equal states with the same object. */
export interface PreviousStates {
  /** Null: it never succeeded there, or nothing is left of it. */
  of(definition: string, node: string): PreviousSuccess | null;
  /** False: no success on the node is recorded. */
  knows(node: string): boolean;
  /** True: something succeeded on the node before successes were recorded. Absent: never. */
  precedes?(node: string): boolean;
}
