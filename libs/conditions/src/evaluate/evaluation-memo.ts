import type { Value } from '../values/value';

/** Where two values differ, below their common name: `prefix`, name, `rest`. */
export interface Difference {
  readonly prefix: string;
  readonly rest: string;
}

/** What one state has that the other has not, one level deep; null where scalars are equal. */
export interface DataDifference {
  readonly added: Value;
  readonly deleted: Value;
}

/**
 * What many evaluations against the same data remember of them, by identity: equal parts, keys, chains of calls. The data may
 * not change while it lives; it holds opened secrets only as long as the data they came from.
 */
export class EvaluationMemo {
  private readonly pairs = new WeakMap<object, WeakMap<object, boolean>>();
  private readonly keys = new WeakMap<object, string>();
  private readonly secrets = new WeakMap<object, boolean>();
  private readonly chains = new WeakMap<object, Map<string, Value>>();
  private readonly differences = new WeakMap<object, WeakMap<object, Difference>>();
  private readonly members = new WeakMap<object, WeakMap<object, DataDifference>>();

  /** Whether both are equal, if it is known. */
  knownEqual(left: object, right: object): boolean | undefined {
    return this.pairs.get(left)?.get(right);
  }

  rememberEqual(left: object, right: object, isEqual: boolean): void {
    inner(this.pairs, left).set(right, isEqual);
  }

  /** `describe()`, remembered for this pair of objects. */
  difference(left: object, right: object, describe: () => Difference): Difference {
    return remembered(inner(this.differences, left), right, describe);
  }

  /** `compare()`, remembered for this pair of objects. */
  dataDifference(before: object, now: object, compare: () => DataDifference): DataDifference {
    return remembered(inner(this.members, before), now, compare);
  }

  key(value: object, make: () => string): string {
    return remembered(this.keys, value, make);
  }

  hasSecret(value: object, look: () => boolean): boolean {
    return remembered(this.secrets, value, look);
  }

  /** What the calls written as `chain` yield from `base`. */
  chain(base: object, chain: string, evaluate: () => Value): Value {
    let known = this.chains.get(base);
    if (!known) this.chains.set(base, (known = new Map<string, Value>()));
    const value = known.get(chain);
    if (value !== undefined) return value;
    const made = evaluate();
    known.set(chain, made);
    return made;
  }
}

function inner<T>(outer: WeakMap<object, WeakMap<object, T>>, key: object): WeakMap<object, T> {
  let found = outer.get(key);
  if (!found) outer.set(key, (found = new WeakMap()));
  return found;
}

function remembered<T extends boolean | string | object>(known: WeakMap<object, T>, key: object, make: () => T): T {
  const value = known.get(key);
  if (value !== undefined) return value;
  const made = make();
  known.set(key, made);
  return made;
}
