import type { Json, JsonObject, SealedSecret } from '@muster/model';
import type { EvaluationMemo } from './evaluation-memo';
import type { SharedSteps } from './shared-steps';

/** What an expression sees. Data are never copied or changed. */
export interface ExpressionContext {
  /** `$`: the new state. */
  readonly data: JsonObject;
  /** `$` inside `old(...)` and for `changed(...)`; null without a previous state, which then is an empty mapping, as in the field. */
  readonly previous: JsonObject | null;
  /** `$node` and `$common`: the parts of the new state; null if absent. */
  readonly node?: JsonObject;
  readonly common?: JsonObject;
  /** The same of the previous state; an empty mapping if absent or null. */
  readonly previousNode?: JsonObject | null;
  readonly previousCommon?: JsonObject | null;
  /** Opens a secret to compute from it; absent: doing so is a fault. */
  readonly open?: (sealed: SealedSecret) => Json;
  /** Seals what was computed from secrets; absent: yielding such a value is a fault (a condition still works). */
  readonly seal?: (value: string) => SealedSecret;
  /** Shared by evaluations against the same data, for speed only. */
  readonly memo?: EvaluationMemo;
  /** What evaluations may cost together; each ends with a fault where it would be more. */
  readonly shared?: SharedSteps;
  /** Asked about every thousand steps; true ends the evaluation with a fault. */
  readonly expired?: () => boolean;
}
