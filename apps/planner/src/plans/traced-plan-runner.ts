import type { Tracing } from '@muster/telemetry';
import type { PlanRunner } from './plan-runner';

/** The same runner; each plan is a span, with figures and names only. */
export function tracedPlanRunner(runner: PlanRunner, tracing: Tracing): PlanRunner {
  return {
    plan: (question) =>
      tracing.span(
        {
          name: 'plan',
          attributes: { 'muster.cluster': question.cluster.name, 'muster.graph': question.graphType },
        },
        async (span) => {
          const answer = await runner.plan(question);
          if (answer.ok)
            span.set({ 'muster.tasks': answer.outline.tasks.length, 'muster.plan': answer.outline.digest });
          else span.fail('problems');
          return answer;
        },
      ),
    checkBundle: (entries) => runner.checkBundle(entries),
    checkWhole: (question) => runner.checkWhole(question),
    lintBundle: (bundle) => runner.lintBundle(bundle),
    checkClusterFile: (question) => runner.checkClusterFile(question),
    close: () => runner.close(),
  };
}
