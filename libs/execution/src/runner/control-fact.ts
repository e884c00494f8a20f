import type { DeploymentEventBody } from '@muster/model';
import type { StoredCommand } from '../ports/deployment-store';

/** The fact that a person asked. `tooLate`: when nothing will follow from it. */
export function controlFact({ id, body }: StoredCommand, tooLate = false): DeploymentEventBody {
  const { verb, who, why, tasks, limit, event } = body;
  return {
    ...{ type: 'control', command: id, verb, who, why },
    ...(tasks ? { tasks } : {}),
    ...(limit ? { limit } : {}),
    ...(event === undefined ? {} : { event }),
    ...(tooLate ? { tooLate } : {}),
  };
}
