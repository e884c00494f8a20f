import type { TaskDefinition } from '@muster/model';

/** A validation before or after the whole deployment: it is in no role's turn, wave or mode, and belongs to every partial run. */
export function isStaged({ validation }: Pick<TaskDefinition, 'validation'>): boolean {
  const kind = validation?.stage.kind;
  return kind === 'pre-deployment' || kind === 'post-deployment';
}
