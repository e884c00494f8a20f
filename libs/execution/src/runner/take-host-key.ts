import { type AttemptResult, carrierOf, type GraphTask, isSuccess } from '@muster/model';
import { HOST_KEY_PATTERN } from '@muster/model/schema';
import type { NodeTargets } from './node-targets';

/**
 * The result of a task that made its node anew, with the host key that the node shows from now on: what the driver's
 * commands gave as the output `hostKey`. Believed of a `provision` task alone that another machine carried out, since what
 * a machine says of itself is what a pinned key is there to check. Anything wrong with it makes the attempt fail.
 */
export function takeHostKey(task: GraphTask, result: AttemptResult, targets: NodeTargets): AttemptResult {
  if (task.type !== 'provision' || result.kind !== 'exited' || !isSuccess(result)) return result;
  const machine = targets.machineOf(task.node);
  if (targets.machineOf(carrierOf(task)) === machine) return result;
  const { hostKey } = result.outputs ?? {};
  if (hostKey === undefined || hostKey === targets.hostKeyOf(machine)) return result;
  if (typeof hostKey !== 'string' || !HOST_KEY_PATTERN.test(hostKey))
    return { ...result, fault: 'its output hostKey is no fingerprint of the form SHA256:...' };
  const other = targets.nodeWithHostKey(hostKey);
  if (other !== null) return { ...result, fault: `its output hostKey is the host key of node ${other}` };
  return { ...result, hostKey };
}
