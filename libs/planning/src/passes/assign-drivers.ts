import { driverOfNode, DRIVER_TASK_TYPES, type JsonObject, MASTER } from '@muster/model';
import type { Draft } from '../draft/draft';

/** Writes each node's driver into the parameters of the tasks that ask it, so that an executor needs nothing else. */
export function assignDrivers(draft: Draft): void {
  const { cluster, drivers } = draft.input;
  for (const task of draft.tasks) {
    if (task.action !== 'run' || !DRIVER_TASK_TYPES.has(task.definition.type)) continue;
    const machine = task.node === MASTER ? cluster.master : task.node;
    const own = (machine === null ? undefined : drivers?.[machine]) ?? null;
    const driver = { ...driverOfNode(own, cluster.driver ?? null) } as JsonObject;
    task.parameters = { ...task.parameters, driver };
  }
}
