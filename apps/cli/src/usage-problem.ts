import { problem, ProblemsError } from '@muster/problems';

/** A command line that commander understood and that makes no sense. */
export function usageProblem(subject: string, summary: string, remedy?: string): ProblemsError {
  return new ProblemsError([problem('LOCAL_USAGE', { subject, summary, ...(remedy ? { remedy } : {}) })]);
}
