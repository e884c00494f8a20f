import { InlinePlanRunner } from '../plans/inline-plan-runner';
import type { PlanAnswer, PlanQuestion } from '../plans/plan-runner';

/** Plans, and then lets something happen before the plan is handed over. */
export class HookedPlanRunner extends InlinePlanRunner {
  meanwhile: () => Promise<void> = () => Promise.resolve();

  override async plan(question: PlanQuestion): Promise<PlanAnswer> {
    const answer = await super.plan(question);
    await this.meanwhile();
    return answer;
  }
}
