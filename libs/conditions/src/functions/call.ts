import { ExpressionFault } from '../expression-fault';
import type { Evaluation } from '../evaluate/evaluation';
import type { Scope } from '../evaluate/scope';
import { hasSecret, revealed } from '../evaluate/secrecy';
import { areEqual } from '../values/equality';
import { isTrue } from '../values/truth';
import { isSealed, Secret, type Value } from '../values/value';

/** One call of a function: pays for it, and learns whether its result depends on a secret. */
export class Call {
  /** True once something of the result was decided by a secret: then all of it is one. */
  dependsOnSecret = false;

  constructor(
    readonly name: string,
    readonly scope: Scope,
    readonly offset: number,
  ) {}

  get evaluation(): Evaluation {
    return this.scope.evaluation;
  }

  /** Whether `value` counts as true. */
  holds(value: Value): boolean {
    return isTrue(this.plain(value));
  }

  /** `value` with its secrets opened, to be looked at. */
  plain(value: Value): Value {
    if (!hasSecret(value, this.evaluation)) return value;
    this.dependsOnSecret = true;
    return revealed(value, this.evaluation);
  }

  /** Whether both are equal. That there is a secret at all is none: comparing with null opens nothing. */
  areEqual(left: Value, right: Value): boolean {
    if (left === null || right === null) return this.isNull(left) && this.isNull(right);
    return areEqual(this.plain(left), this.plain(right), this.evaluation);
  }

  isNull(value: Value): boolean {
    if (value instanceof Secret) return this.plain(value) === null;
    return value === null;
  }

  /** What the operator yields for these two. */
  operate(operator: string, left: Value, right: Value): Value {
    return this.evaluation.operate(operator, [left, right], this.offset);
  }

  /** A list made by this call; pays for it. */
  list(values: readonly Value[]): readonly Value[] {
    this.evaluation.payItems(values.length);
    return values;
  }

  /** A text made by this call; pays for it. */
  text(text: string): string {
    this.evaluation.payCharacters(text.length);
    return text;
  }

  /** The data do not fit: throws. `message` may not contain any value. */
  fail(message: string): never {
    throw new ExpressionFault('value', message, this.offset);
  }

  /** It would cost too much: throws. */
  exceed(message: string): never {
    throw new ExpressionFault('limit', message, this.offset);
  }
}

/** True for what must be opened before its kind is known. */
export function isCovered(value: Value): boolean {
  return value instanceof Secret || isSealed(value);
}
