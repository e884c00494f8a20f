/**
 * Problems: the catalogue of everything that Muster tells people about their input, and the value that carries one.
 * Promises not to throw for someone's mistake: problems are collected and returned, all of them at once.
 */
export { catalogue, type CatalogueEntry, type ProblemCode } from './catalogue';
export { formatProblem, hasErrors, isProblemCode, problem } from './make-problem';
export type { Place, Problem, ProblemInput, Severity } from './problem';
export { InvariantBroken, invariant, ProblemsError } from './problems-error';
