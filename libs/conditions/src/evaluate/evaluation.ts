import type { JsonObject, SealedSecret } from '@muster/model';
import { ExpressionFault } from '../expression-fault';
import { CHANGES_MAX, STEPS_BETWEEN_QUESTIONS, STEPS_TO_START, type ExpressionLimits } from '../limits';
import { areEqual, type Comparing } from '../values/equality';
import { isSealed, Secret, type Value } from '../values/value';
import { EvaluationMemo } from './evaluation-memo';
import type { ExpressionContext } from './evaluation-context';
import type { State } from './state';

const EMPTY: JsonObject = {};

/** One evaluation: what it sees, what it has cost so far, what changed. */
export class Evaluation implements Comparing {
  readonly memo: EvaluationMemo;
  readonly now: State;
  readonly before: State;
  /** What `changed` and its like found, for people. */
  readonly changes: string[] = [];
  /** Where a remembered chain starts from; read at once by the node that stands for it. */
  given: Value = null;
  /** Where the work that is paid for was asked for. */
  offset = 0;
  /** Set when comparing looked into a value that was computed from a secret. */
  comparedComputedSecret = false;
  private steps = STEPS_TO_START;
  private readonly stepsMax: number;
  private untilQuestion = STEPS_BETWEEN_QUESTIONS;
  private items = 0;
  private characters = 0;
  private callDepth = 0;
  private readonly opened = new Map<object, Value>();

  constructor(
    readonly context: ExpressionContext,
    readonly limits: ExpressionLimits,
    /** What an operator yields, by its name. */
    readonly operate: (operator: string, values: readonly Value[], offset: number) => Value,
  ) {
    this.stepsMax = Math.min(limits.steps, context.shared?.left ?? Infinity);
    this.memo = context.memo ?? new EvaluationMemo();
    this.now = { data: context.data, node: context.node ?? null, common: context.common ?? null };
    this.before = {
      data: context.previous ?? EMPTY,
      node: context.node ? (context.previousNode ?? EMPTY) : null,
      common: context.common ? (context.previousCommon ?? EMPTY) : null,
    };
  }

  pay(steps: number, depth = 0): void {
    this.steps += steps;
    if (this.steps > this.stepsMax) this.exceedSteps();
    if (depth > this.limits.valueDepth) this.exceed(`a value has more than ${this.limits.valueDepth} levels`);
    this.untilQuestion -= steps;
    if (this.untilQuestion > 0) return;
    this.untilQuestion = STEPS_BETWEEN_QUESTIONS;
    if (this.context.expired?.()) this.exceed('its time is up');
  }

  /** What it has cost is part of what evaluations cost together. To be called once, at its end. */
  settle(): void {
    // What was refused was not done.
    this.context.shared?.use(Math.min(this.steps, this.stepsMax + 1));
  }

  /** For values that are put into something new. */
  payItems(count: number): void {
    this.items += count;
    if (this.items > this.limits.items) this.exceed(`it makes more than ${this.limits.items} values`);
    this.pay(count);
  }

  /** For texts that are made. */
  payCharacters(count: number): void {
    this.characters += count;
    if (this.characters > this.limits.characters)
      this.exceed(`it makes texts of more than ${this.limits.characters} characters`);
    this.pay(1 + count / 64);
  }

  /** `run()`, one function deeper. */
  nested(offset: number, run: () => Value): Value {
    this.offset = offset;
    this.pay(1);
    if (++this.callDepth > this.limits.callDepth)
      this.exceed(`more than ${this.limits.callDepth} functions inside each other`);
    const value = run();
    this.callDepth--;
    return value;
  }

  /** `run()`; `otherwise` where the data do not fit. Limits and secrets that cannot be opened end the evaluation all the same. */
  attempt(run: () => Value, otherwise: Value): Value {
    const depth = this.callDepth;
    try {
      return run();
    } catch (error) {
      if (!(error instanceof ExpressionFault) || error.kind !== 'value') throw error;
      this.callDepth = depth;
      return otherwise;
    }
  }

  /** Keeps a description of a change, once; those beyond the limit are dropped. */
  noteChange(text: string | null): void {
    if (text !== null && this.changes.length < CHANGES_MAX && !this.changes.includes(text)) this.changes.push(text);
  }

  open(sealed: SealedSecret): Value {
    const known = this.opened.get(sealed);
    if (known !== undefined) return known;
    if (!this.context.open)
      throw new ExpressionFault('secret', 'it computes from a secret, which cannot be opened here', this.offset);
    const value = this.context.open(sealed);
    this.opened.set(sealed, value);
    return value;
  }

  rememberedKey(value: object, make: () => string): string {
    return this.memo.key(value, make);
  }

  rememberedEqual(left: object, right: object, compare: () => boolean): boolean {
    const known = this.memo.knownEqual(left, right);
    if (known !== undefined) return known;
    const comparedBefore = this.comparedComputedSecret;
    this.comparedComputedSecret = false;
    const isEqual = compare();
    // Who asks again must learn, too, that the answer tells of a secret.
    if (!this.comparedComputedSecret) this.memo.rememberEqual(left, right, isEqual);
    this.comparedComputedSecret ||= comparedBefore;
    return isEqual;
  }

  sameSecret(left: Value, right: Value): boolean {
    if (left instanceof Secret || right instanceof Secret) this.comparedComputedSecret = true;
    if (isSealed(left) && isSealed(right)) {
      if (left.$sealed.fingerprint === right.$sealed.fingerprint) return true;
      if (left.$sealed.key === right.$sealed.key) return false;
    }
    const canOpen = this.context.open !== undefined;
    if (!canOpen && (isSealed(left) || isSealed(right))) return false;
    return areEqual(this.uncovered(left), this.uncovered(right), this);
  }

  private uncovered(value: Value): Value {
    if (value instanceof Secret) return value.inner;
    return isSealed(value) ? this.open(value) : value;
  }

  private exceedSteps(): never {
    if (this.steps > this.limits.steps) this.exceed(`it takes more than ${this.limits.steps} steps`);
    this.exceed('all expressions together take more steps than they may');
  }

  private exceed(message: string): never {
    throw new ExpressionFault('limit', message, this.offset);
  }
}
