import { deepUnion } from '@muster/catalog';
import type { ExpressionContext } from '@muster/conditions';
import { isExpression, isJsonObject, type IncludedRelease, type Json, type JsonObject } from '@muster/model';
import type { Evaluation, EvaluationFailure } from '../evaluator';

/** Evaluates an expression of what an included release is fed with, in the terms of the release around it. */
type EvaluateFed = (text: string, context: ExpressionContext) => Evaluation;

type State = Pick<ExpressionContext, 'data'> & { readonly node: JsonObject; readonly common: JsonObject };
type Narrowed = { readonly ok: true; readonly state: State } | EvaluationFailure;
export type ScopedContext = { readonly ok: true; readonly context: ExpressionContext } | EvaluationFailure;

/** Keys that a node has whatever its settings say. */
const ABOUT_NODE = ['uid', 'name'] as const;
const NAMES_OF_NODE = ['roles', 'tags'] as const;
const PRIMARY = 'primary-';

/**
 * What expressions of an included release see: as `$` its own settings alone, which in the cluster's are those under its name,
 * with what it is fed by the release around it; the node's tags as it calls them.
 */
export class Scopes {
  readonly #included: ReadonlyMap<string, IncludedRelease>;
  readonly #narrowed = new WeakMap<JsonObject, Map<string, Narrowed>>();

  constructor(
    included: readonly IncludedRelease[],
    private readonly evaluate: EvaluateFed,
  ) {
    this.#included = new Map(included.map((each) => [each.as, each]));
  }

  /** The context as `scope` sees it; a failure if something that it is fed cannot be computed. */
  within(context: ExpressionContext, scope: string): ScopedContext {
    const { data, node = {}, common = {}, previous, previousNode, previousCommon } = context;
    const now = this.#narrow(context, { data, node, common }, scope);
    if (!now.ok) return now;
    const before =
      previous === null
        ? null
        : this.#narrow(context, { data: previous, node: previousNode ?? {}, common: previousCommon ?? {} }, scope);
    if (before?.ok === false) return before;
    return {
      ok: true,
      context: {
        ...context,
        ...now.state,
        previous: before && before.state.data,
        previousNode: before && before.state.node,
        previousCommon: before && before.state.common,
      },
    };
  }

  #narrow(context: ExpressionContext, state: State, scope: string): Narrowed {
    const known = this.#narrowed.get(state.data) ?? new Map<string, Narrowed>();
    this.#narrowed.set(state.data, known);
    const found = known.get(scope) ?? this.#make(context, state, scope);
    known.set(scope, found);
    return found;
  }

  #make(context: ExpressionContext, state: State, scope: string): Narrowed {
    const split = scope.lastIndexOf('.');
    const outer: Narrowed = split < 0 ? { ok: true, state } : this.#narrow(context, state, scope.slice(0, split));
    if (!outer.ok) return outer;
    const { data, node, common } = outer.state;
    const as = scope.slice(split + 1);
    const around = { ...context, data, node, common, previous: null, previousNode: null, previousCommon: null };
    const fed = this.#feed(around, this.#included.get(scope)?.settings ?? {}, as);
    if (!fed.ok) return fed;
    const values = fed.value as JsonObject;
    const about = aboutNode(data, as);
    return {
      ok: true,
      state: {
        data: { ...deepUnion(memberOf(data, as), values), ...about },
        node: { ...deepUnion(memberOf(node, as), values), ...about },
        common: { ...memberOf(common, as), ...optionsOf(common, as) },
      },
    };
  }

  #feed(context: ExpressionContext, value: Json, at: string): Evaluation {
    if (isExpression(value)) {
      const answer = this.evaluate(value.yaql_exp, context);
      return answer.ok ? answer : { ...answer, summary: `what is fed to \`${at}\`: ${answer.summary}` };
    }
    const members: [string, Json][] = [];
    if (!Array.isArray(value) && !isJsonObject(value)) return { ok: true, value };
    for (const [key, member] of Object.entries(value as JsonObject)) {
      const answer = this.#feed(context, member, `${at}.${key}`);
      if (!answer.ok) return answer;
      members.push([key, answer.value]);
    }
    return {
      ok: true,
      value: Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members),
    };
  }
}

function memberOf(object: JsonObject, key: string): JsonObject {
  const member = Object.hasOwn(object, key) ? object[key] : undefined;
  return isJsonObject(member) ? member : {};
}

function aboutNode(data: JsonObject, as: string): JsonObject {
  const given: [string, Json][] = [];
  for (const key of ABOUT_NODE) if (Object.hasOwn(data, key)) given.push([key, data[key] as Json]);
  for (const key of NAMES_OF_NODE) {
    const names = data[key];
    if (Array.isArray(names)) given.push([key, (names as readonly Json[]).flatMap((name) => inner(name, as))]);
  }
  return { ...Object.fromEntries(given), ...optionsOf(data, as) };
}

/** Its own options, as it calls them; none where it has none. */
function optionsOf(data: JsonObject, as: string): JsonObject {
  const options = Object.entries(memberOf(data, 'options')).flatMap(([name, value]): [string, Json][] =>
    name.startsWith(`${as}.`) ? [[name.slice(as.length + 1), value]] : [],
  );
  return options.length === 0 ? {} : { options: Object.fromEntries(options) };
}

/** A tag as the included release calls it; none if it is not one of its own. */
function inner(name: Json, as: string): string[] {
  if (typeof name !== 'string') return [];
  if (name.startsWith(`${as}.`)) return [name.slice(as.length + 1)];
  if (name.startsWith(`${PRIMARY}${as}.`)) return [PRIMARY + name.slice(PRIMARY.length + as.length + 1)];
  return name === 'master' ? [name] : [];
}
