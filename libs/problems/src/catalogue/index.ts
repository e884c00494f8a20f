import { apiProblems } from './api';
import { bundleProblems } from './bundle';
import { clusterProblems } from './cluster';
import type { CatalogueEntry } from './entry';
import { executionProblems } from './execution';
import { lintProblems } from './lint';
import { localProblems } from './local';
import { nodeProblems } from './node';
import { planProblems } from './plan';
import { storageProblems } from './storage';

/** Every problem code that Muster reports. `docs/errors.md` lists the same codes; a test compares the two. */
export const catalogue = {
  ...apiProblems,
  ...bundleProblems,
  ...clusterProblems,
  ...executionProblems,
  ...lintProblems,
  ...localProblems,
  ...nodeProblems,
  ...planProblems,
  ...storageProblems,
} as const satisfies Record<string, CatalogueEntry>;

export type ProblemCode = keyof typeof catalogue;

export type { CatalogueEntry };
