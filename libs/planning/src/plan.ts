import { byCodeUnit, type Plan, type TaskGraph } from '@muster/model';
import { hasErrors } from '@muster/problems';
import { Draft } from './draft/draft';
import { printDraft } from './draft/draft-graph';
import { estimate } from './finish/estimate';
import { finishedGraph } from './finish/finished-graph';
import { graphTasks } from './finish/graph-tasks';
import { planDigest } from './finish/plan-digest';
import { PASSES } from './passes/pass-list';
import type { PlanInput, PlanOutcome } from './plan-input';

/**
 * The plan of one graph of a cluster: every pass over one draft, then reduction, estimate and digest.
 *
 * Order: the same input gives the same plan, byte for byte.
 * Fails: never throws for what is in the input; all problems that can be found are returned at once, and no plan if one
 * of them is an error.
 * Cost: proportional to tasks and relations; see docs/internals/planning.md for figures.
 */
export function plan(input: PlanInput): PlanOutcome {
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
    primaries: draft.primaries,
    fingerprints: new Map(
      draft.tasks.flatMap(({ action, address, fingerprint }) =>
        action === 'run' && fingerprint ? [[address, fingerprint]] : [],
      ),
    ),
    metadata: draft.metadata,
  };
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
