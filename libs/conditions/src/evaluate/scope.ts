import { Binding, type Value } from '../values/value';
import type { Evaluation } from './evaluation';
import type { State } from './state';

/** A part of an expression, ready to be evaluated. */
export type Run = (scope: Scope) => Value;

interface Names {
  readonly positional?: readonly Value[];
  readonly named?: ReadonlyMap<string, Value>;
  readonly functions?: ReadonlyMap<string, Lambda>;
}

const NONE: readonly Value[] = [];

/** Names in force at a place of an expression; those of the scope around it show through. */
export class Scope extends Binding {
  private readonly positional: readonly Value[];
  private readonly named: ReadonlyMap<string, Value> | undefined;
  private readonly functions: ReadonlyMap<string, Lambda> | undefined;

  constructor(
    readonly evaluation: Evaluation,
    readonly state: State,
    private readonly parent: Scope | null,
    { positional, named, functions }: Names,
  ) {
    super();
    this.positional = positional ?? NONE;
    this.named = named;
    this.functions = functions;
  }

  with(names: Names): Scope {
    return new Scope(this.evaluation, this.state, this, names);
  }

  /** The same names, `$` being the whole of `state`. */
  in(state: State): Scope {
    return new Scope(this.evaluation, state, this, { positional: [state.data] });
  }

  /** `$1` is at 0. Null if there is none, as in YAQL. */
  at(index: number): Value {
    if (index < this.positional.length) return this.positional[index] as Value;
    return this.parent ? this.parent.at(index) : null;
  }

  /** Null if there is none, as in YAQL. */
  get(name: string): Value {
    const bound = this.bound(name);
    if (bound !== undefined) return bound;
    if (name === 'node') return this.state.node;
    return name === 'common' ? this.state.common : null;
  }

  function(name: string): Lambda | null {
    return this.functions?.get(name) ?? this.parent?.function(name) ?? null;
  }

  private bound(name: string): Value | undefined {
    const value = this.named?.get(name);
    return value === undefined ? this.parent?.bound(name) : value;
  }
}

/** An argument that is evaluated when the function asks, as often as it asks. */
export class Lambda {
  constructor(
    private readonly run: Run,
    readonly scope: Scope,
    /** As written. */
    readonly source: string,
    readonly offset: number,
  ) {}

  /** Its value where `$1`, `$2`... are `values`. */
  evaluate(...values: readonly Value[]): Value {
    return this.scope.evaluation.nested(this.offset, () =>
      this.run(values.length === 0 ? this.scope : this.scope.with({ positional: values })),
    );
  }

  /** Its value where `$`, `$node` and `$common` are those of `state`. */
  evaluateIn(state: State): Value {
    return this.scope.evaluation.nested(this.offset, () => this.run(this.scope.in(state)));
  }

  /** The same, with the names of `scope` around it. */
  within(scope: Scope): Lambda {
    return new Lambda(this.run, scope, this.source, this.offset);
  }

  /** Its value in `scope`. */
  evaluateWithin(scope: Scope): Value {
    return this.scope.evaluation.nested(this.offset, () => this.run(scope));
  }
}
