import type { Draft } from './draft';
import type { Spender } from './expression-work';

/** What `evaluate` gives; null once expressions have cost too much, which is reported once. */
export function evaluateWithin<T>(draft: Draft, spender: Spender, evaluate: () => T): T | null {
  const { work } = draft;
  const answer = work.measured(spender, evaluate);
  if (!work.isOver || draft.isWorkReported) return answer;
  draft.isWorkReported = true;
  const { subject, summary, place, at } = work.describe(spender);
  draft.report('PLAN_TOO_COSTLY', { subject, summary, place: { ...place, path: at } });
  return null;
}
