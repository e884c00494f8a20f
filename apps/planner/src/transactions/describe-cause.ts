import type { EndCause } from '@muster/model';

/** One sentence for people: why a task ended without success of its own. */
export function describeCause(cause: EndCause): string {
  if (cause.text !== undefined) return cause.text;
  const culprit = cause.culprit === undefined ? '' : ` ${cause.culprit}`;
  switch (cause.code) {
    case 'condition':
      return 'its condition is false';
    case 'selection':
      return 'not selected';
    case 'anchor':
      return 'an anchor has no work';
    case 'operator':
      return 'skipped by an operator';
    case 'onFailure':
      return 'failed, and onFailure says to go on';
    case 'attempt':
      return 'its last attempt failed';
    case 'dependency':
      return `blocked by${culprit}`;
    case 'node-failed':
      return `its node failed at${culprit}`;
    case 'stopped':
      return 'the deployment was stopped';
    case 'drained':
      return 'the deployment was drained';
    case 'cancelled':
      return 'cancelled';
  }
}
