import type { NodeFailure } from '@muster/execution';
import type { ProblemCode } from '@muster/problems';

/** No connection, or it broke before anything was asked. */
export function unreachable(detail: string): NodeFailure {
  return { kind: 'unreachable', detail };
}

/** The node said no; `code` is in the catalogue of problems. */
export function refused(code: ProblemCode, detail: string): NodeFailure {
  return { kind: 'refused', code, detail };
}
