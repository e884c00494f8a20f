import { carrierOf, MASTER, TYPES_TO_ALLOW } from '@muster/model';
import type { Draft, DraftTask } from '../draft/draft';

/** The limit of what the master node carries out, for itself and for others: one at a time, as on any node. */
export const MASTER_LIMIT = 'master';

/**
 * Tasks that are carried out on the master node for other nodes share its turn with its own, as a limit of one. What a
 * cluster file has to allow and does not is told here and refused when it is to be deployed.
 */
export function carryByMaster(draft: Draft): void {
  const { cluster } = draft.input;
  const running = draft.tasks.filter(({ action }) => action === 'run');
  reportDenied(draft, running);
  const carried = running.filter((task) => task.node !== MASTER && carrier(task) === MASTER);
  if (carried.length === 0) return;
  if (cluster.master === null)
    draft.report('PLAN_NO_MASTER', {
      subject: `cluster ${cluster.name}`,
      summary: `names no master, which is to carry out ${carried.length} tasks, ${carried[0]?.address ?? ''} first`,
    });
  draft.limits.set(MASTER_LIMIT, 1);
  const own = running.filter(({ node }) => node === MASTER || node === cluster.master);
  for (const task of new Set([...carried, ...own])) task.limits = [...task.limits, MASTER_LIMIT].sort();
}

function carrier({ node, definition, parameters }: DraftTask): string {
  return carrierOf({ node, type: definition.type, parameters });
}

function reportDenied(draft: Draft, running: readonly DraftTask[]): void {
  const allowed = new Set(draft.input.cluster.allow ?? []);
  for (const type of TYPES_TO_ALLOW) {
    const denied = running.filter(({ definition }) => definition.type === type);
    if (denied.length > 0 && !allowed.has(type))
      draft.report('PLAN_TYPE_NOT_ALLOWED', {
        subject: `cluster ${draft.input.cluster.name}`,
        summary: `does not allow tasks of type ${type}, and has ${denied.length}: ${denied
          .slice(0, 5)
          .map(({ address }) => address)
          .join(', ')}${denied.length > 5 ? ', ...' : ''}`,
      });
  }
}
