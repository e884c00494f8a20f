/** When a validation checks; `task` is the id of a definition. */
export type ValidationStage =
  | { readonly kind: 'pre-deployment' | 'post-deployment' }
  | { readonly kind: 'before' | 'after'; readonly task: string };

/** `fatal`: nothing that comes after it goes on. `warning`: it is told, and all goes on. */
export type ValidationSeverity = 'fatal' | 'warning';

/** What of a validation its task carries through planning. */
export interface ValidationMark {
  readonly severity: ValidationSeverity;
  readonly stage: ValidationStage;
}

/** Type of the graph that holds the validations alone, of all stages. */
export const VALIDATIONS_GRAPH = 'validations';

const PREFIX = 'validation.';

/** Id of the definition that does a validation's work. */
export function validationTask(id: string): string {
  return PREFIX + id;
}
