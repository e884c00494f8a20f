import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { NodeAccessMessage } from '@muster/protocol';
import { accessOf } from '../nodes/node-access';
import type { NodeRow } from '../nodes/node.entity';
import type { PlanOutline } from '../plans/plan-outline';

/**
 * How each of the plan's machines is reached, those in between included (`known` holds both). Throws `ProblemsError`
 * with everything that keeps the plan from being deployed, for all nodes at once.
 */
export function accessForPlan(
  plan: Pick<PlanOutline, 'cluster' | 'machines' | 'needsMaster' | 'master' | 'denied' | 'unready'>,
  known: ReadonlyMap<string, NodeRow>,
): NodeAccessMessage[] {
  const problems: Problem[] = [];
  if (plan.needsMaster && plan.master === null) {
    problems.push(
      problem('DEPLOY_NO_MASTER', {
        subject: `cluster ${plan.cluster}`,
        summary: 'Tasks are to run on the master node or copy from it, and the cluster names none.',
      }),
    );
  }
  for (const summary of plan.denied)
    problems.push(problem('DEPLOY_TYPE_NOT_ALLOWED', { subject: `cluster ${plan.cluster}`, summary }));
  for (const { code, subject, summary } of plan.unready) {
    const refusal = code === 'PLAN_BLANK' ? 'CLUSTER_BLANK' : 'CLUSTER_COUNT_UNMET';
    problems.push(problem(refusal, { subject, summary, severity: 'error' }));
  }
  const told: NodeAccessMessage[] = [];
  const used = new Set(plan.machines);
  for (const name of new Set([...used, ...known.keys()])) {
    const row = known.get(name);
    if (row === undefined) {
      problems.push(problem('NODE_ADDRESS_MISSING', { subject: `node ${name}`, summary: 'Nobody has registered it.' }));
      continue;
    }
    const read = accessOf(row);
    if ('access' in read) told.push(used.has(name) ? read.access : { ...read.access, isOnlyJump: true });
    else problems.push(...read.problems);
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return told;
}
