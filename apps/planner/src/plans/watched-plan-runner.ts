import type { Tracing } from '@muster/telemetry';
import type { PlannerMetrics } from '../health/planner-metrics';
import type { PlanAnswer, PlanQuestion, PlanRunner } from './plan-runner';

/** The same runner; each plan is a span, with figures and names only, and is measured. */
export function watchedPlanRunner(
  runner: PlanRunner,
  tracing: Tracing,
  metrics: Pick<PlannerMetrics, 'planned'>,
): PlanRunner {
  const plan = (question: PlanQuestion): Promise<PlanAnswer> =>
    tracing.span(
      { name: 'plan', attributes: { 'muster.cluster': question.cluster.name, 'muster.graph': question.graphType } },
      async (span) => {
        const startedAt = performance.now();
        const measure = (outcome: 'made' | 'problems' | 'failed'): void =>
          metrics.planned((performance.now() - startedAt) / 1000, outcome);
        try {
          const answer = await runner.plan(question);
          measure(answer.ok ? 'made' : 'problems');
          if (answer.ok)
            span.set({ 'muster.tasks': answer.outline.tasks.length, 'muster.plan': answer.outline.digest });
          else span.fail('problems');
          return answer;
        } catch (error) {
          measure('failed');
          throw error;
        }
      },
    );
  return {
    plan,
    checkBundle: (entries) => runner.checkBundle(entries),
    checkWhole: (question) => runner.checkWhole(question),
    lintBundle: (bundle) => runner.lintBundle(bundle),
    checkClusterFile: (question) => runner.checkClusterFile(question),
    close: () => runner.close(),
  };
}
