import type { TaskState } from '@muster/model';

/** What an ended check that was tried came to; `skipped` then is what a failed warning is. */
export function resultOf(state: TaskState): string {
  switch (state) {
    case 'succeeded':
      return 'passed';
    case 'skipped':
      return 'warned';
    case 'cancelled':
    case 'lost':
      return state;
    default:
      return 'failed';
  }
}
