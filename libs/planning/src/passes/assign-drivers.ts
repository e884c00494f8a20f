import { DEFAULT_DRIVER, DRIVER_TASK_TYPES, type JsonObject } from '@muster/model';
import type { Draft } from '../draft/draft';

/** Writes the cluster's node driver into the parameters of the tasks that ask it, so that an executor needs nothing else. */
export function assignDrivers(draft: Draft): void {
  const driver: JsonObject = { ...(draft.input.cluster.driver ?? DEFAULT_DRIVER) };
  for (const task of draft.tasks)
    if (task.action === 'run' && DRIVER_TASK_TYPES.has(task.definition.type))
      task.parameters = { ...task.parameters, driver };
}
