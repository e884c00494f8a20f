import type { CatalogueEntry } from './index';

export const planProblems = {
  PLAN_CYCLE: { severity: 'error', meaning: 'Tasks require each other in a circle.', remedy: 'Remove one of the relations on the path shown.' },
  PLAN_UNKNOWN_NAME: { severity: 'warning', meaning: 'A relation names a task definition that exists nowhere.', remedy: 'Correct the name, or remove the relation.' },
} as const satisfies Record<string, CatalogueEntry>;
