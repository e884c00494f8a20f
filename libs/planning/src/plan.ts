import { byCodeUnit, type Plan, type TaskAddress, type TaskGraph } from '@muster/model';
import { hasErrors } from '@muster/problems';
import { Draft } from './draft/draft';
import { printDraft } from './draft/draft-graph';
import { ClusterState } from './evaluation/cluster-state';
import { estimate } from './finish/estimate';
import { finishedGraph } from './finish/finished-graph';
import { graphTasks } from './finish/graph-tasks';
import { planDigest } from './finish/plan-digest';
import { planGrounds } from './finish/plan-grounds';
import { PASSES } from './passes/pass-list';
import type { PlanInput, PlanOutcome } from './plan-input';
import type { ExpectedState, Fingerprint } from './previous/previous-states';

/**
 * The plan of one graph of a cluster: every pass over one draft, then reduction, estimate and digest.
 *
 * Order: the same input gives the same plan, byte for byte.
 * Fails: never throws for what is in the input; all problems that can be found are returned at once, and no plan if one
 * of them is an error.
 * Cost: proportional to tasks and relations; see docs/internals/planning.md for figures. Raw it is planned twice.
 */
export function plan(input: PlanInput): PlanOutcome {
  const outcome = planOnce(input);
  if (!outcome.plan || !input.options?.raw) return outcome;
  // Raw is another view of the same plan: its digest is that of the plan as it would be deployed.
  const { trace: _trace, ...rest } = input;
  const asDeployed = planOnce({ ...rest, options: { ...input.options, raw: false } });
  return { ...outcome, plan: { ...outcome.plan, digest: asDeployed.plan?.digest ?? outcome.plan.digest } };
}

function planOnce(input: PlanInput): PlanOutcome {
  const draft = new Draft(input);
  for (const pass of PASSES) {
    pass.run(draft);
    input.trace?.(pass.name, () => printDraft(draft));
  }
  const plan = hasErrors(draft.problems) ? null : finish(draft);
  // Files that computed parameters name are looked at last, and may be missing.
  return {
    plan: hasErrors(draft.problems) ? null : plan,
    problems: draft.problems,
    grounds: plan === null ? null : planGrounds(draft),
    primaries: draft.primaries,
    ...toRecord(draft),
    metadata: draft.metadata,
  };
}

/** What the planner keeps of each task that runs, once it has succeeded. */
function toRecord(draft: Draft): Pick<PlanOutcome, 'fingerprints' | 'states'> {
  const state = new ClusterState(draft.input.cluster, [draft.input.release, ...draft.input.plugins]);
  const fingerprints = new Map<TaskAddress, Fingerprint>();
  const states = new Map<string, ExpectedState>();
  for (const { action, address, node, fingerprint } of draft.tasks) {
    if (action === 'skip' || !fingerprint) continue;
    fingerprints.set(address, fingerprint);
    if (!states.has(node)) states.set(node, state.of(node, draft.places.tags(node)));
  }
  return { fingerprints, states };
}

function finish(draft: Draft): Plan {
  const { cluster, graphType } = draft.input;
  const finished = finishedGraph(draft);
  const used = new Set(draft.tasks.flatMap((task) => task.limits));
  const graph: TaskGraph = {
    graphType,
    cluster: cluster.name,
    ...graphTasks(draft, finished),
    faultTolerance: draft.faultTolerance,
    limits: Object.fromEntries([...draft.limits].filter(([key]) => used.has(key)).sort(([a], [b]) => byCodeUnit(a, b))),
    master: cluster.master,
  };
  return {
    ...graph,
    digest: planDigest(draft, graph),
    ...estimate(draft, finished),
    problems: draft.problems,
    leftOut: draft.leftOut,
  };
}
