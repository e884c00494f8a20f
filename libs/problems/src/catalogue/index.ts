import { apiProblems } from './api';
import { bundleProblems } from './bundle';
import { clusterProblems } from './cluster';
import { executionProblems } from './execution';
import { localProblems } from './local';
import { nodeProblems } from './node';
import { planProblems } from './plan';
import { storageProblems } from './storage';

/** What the catalogue says of a code: its usual severity, what it means, and what to do about it. */
export interface CatalogueEntry {
  readonly severity: 'error' | 'warning' | 'info';
  readonly meaning: string;
  readonly remedy: string;
}

/** Every problem code that Muster reports. `docs/errors.md` lists the same codes; a test compares the two. */
export const catalogue = {
  ...apiProblems,
  ...bundleProblems,
  ...clusterProblems,
  ...executionProblems,
  ...localProblems,
  ...nodeProblems,
  ...planProblems,
  ...storageProblems,
} as const satisfies Record<string, CatalogueEntry>;

export type ProblemCode = keyof typeof catalogue;
