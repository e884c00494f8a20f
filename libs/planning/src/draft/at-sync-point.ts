import { awaitedEvent, type TaskDefinition } from '@muster/model';

/** Whether a definition is once in a cluster, on no node: a stage, or a wait for an event that is placed nowhere, which is a gate. */
export function isAtSyncPoint(definition: TaskDefinition): boolean {
  const { type, tags, roles, groups } = definition;
  return type === 'stage' || (awaitedEvent(definition) !== null && (tags ?? roles ?? groups) === null);
}
