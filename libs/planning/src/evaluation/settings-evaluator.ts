import {
  evaluateCondition,
  evaluateExpression,
  EvaluationMemo,
  parseExpression,
  type ExpressionContext,
  type ParsedExpression,
  type SharedSteps,
} from '@muster/conditions';
import type { Bundle, ClusterSpec, Json, JsonObject, SealedSecret } from '@muster/model';
import type { ConditionEvaluation, Evaluation, EvaluationPlace, Evaluator, ExpressionText } from '../evaluator';
import type { ExpectedState, PreviousStates } from '../previous/previous-states';
import { ClusterState } from './cluster-state';
import { type ScopedContext, Scopes } from './scopes';

/** What opens secrets to compute from them, and seals what was computed. */
export interface SecretAccess {
  readonly open: (sealed: SealedSecret) => Json;
  readonly seal: (value: string) => SealedSecret;
}

export interface SettingsEvaluatorInput {
  readonly cluster: ClusterSpec;
  readonly bundles: readonly Bundle[];
  /** Null: everything is new. */
  readonly previous: PreviousStates | null;
  /** Absent: computing from a secret is a problem. */
  readonly secrets?: SecretAccess;
  /** What all evaluations may cost together; absent: each has its own bounds alone. */
  readonly work?: { readonly shared: SharedSteps; readonly expired: () => boolean };
  /** Attributes of nodes that are no settings (`status`, `pending_deletion`, ...), for filters of nodes. */
  readonly attributes?: Readonly<Record<string, JsonObject>>;
}

/** Reading an expression costs, too. */
const CHARACTERS_READ_PER_STEP = 4;

/** What the field's filters ask about a node of which nothing else is known. */
const ATTRIBUTES: JsonObject = {
  status: 'ready',
  online: true,
  pending_addition: false,
  pending_deletion: false,
  error_type: null,
};

/** Evaluates against the settings of the cluster, and against those with which a task last succeeded on its node. */
export class SettingsEvaluator implements Evaluator {
  readonly #state: ClusterState;
  readonly #parsed = new Map<string, ParsedExpression>();
  readonly #unions = new WeakMap<JsonObject, WeakMap<JsonObject, JsonObject>>();
  readonly #memo = new EvaluationMemo();
  readonly #scopes: Scopes;

  constructor(private readonly input: SettingsEvaluatorInput) {
    this.#state = new ClusterState(input.cluster, input.bundles);
    this.#scopes = new Scopes(
      input.bundles.flatMap(({ included = [] }) => included),
      (text, context) => {
        const parsed = this.#parse({ language: 'yaql', text });
        return parsed.ok ? evaluateExpression(parsed.expression, context) : parsed;
      },
    );
  }

  evaluate(expression: ExpressionText, place: EvaluationPlace): Evaluation {
    const parsed = this.#parse(expression);
    if (!parsed.ok) return { ...parsed, isUnreadable: true };
    const seen = this.#contextOf(place);
    return seen.ok ? evaluateExpression(parsed.expression, seen.context) : seen;
  }

  evaluateCondition(expression: ExpressionText, place: EvaluationPlace): ConditionEvaluation {
    const parsed = this.#parse(expression);
    if (!parsed.ok) return { ...parsed, isUnreadable: true };
    const seen = this.#contextOf(place);
    if (!seen.ok) return seen;
    const answer = evaluateCondition(parsed.expression, seen.context);
    if (!answer.ok || answer.changes.length === 0) return answer;
    return { ...answer, because: `Changed: ${answer.changes.join('; ')}.` };
  }

  evaluateFilter(text: string, { node, tags }: EvaluationPlace): ConditionEvaluation {
    const parsed = this.#parse({ language: 'yaql', text: text.trim() });
    if (!parsed.ok) return { ...parsed, isUnreadable: true };
    const { common, node: own } = this.#state.of(node, tags);
    const attributes = this.input.attributes ?? {};
    const about = { ...ATTRIBUTES, ...own, ...(Object.hasOwn(attributes, node) ? attributes[node] : {}) };
    return evaluateCondition(parsed.expression, this.#context({ common, node: about }, null));
  }

  #contextOf(place: EvaluationPlace): ScopedContext {
    const context = this.#clusterContext(place);
    return place.scope === undefined ? { ok: true, context } : this.#scopes.within(context, place.scope);
  }

  #clusterContext(place: EvaluationPlace): ExpressionContext {
    const now = this.#state.of(place.node, place.tags);
    const before = this.input.previous?.of(place.definition, place.node)?.state ?? null;
    // Seen from the previous state there is nothing before it.
    return place.state === 'previous' ? this.#context(before ?? now, null) : this.#context(now, before);
  }

  #context(now: ExpectedState, before: ExpectedState | null): ExpressionContext {
    return {
      data: this.#union(now),
      node: now.node,
      common: now.common,
      previous: before && this.#union(before),
      previousNode: before && before.node,
      previousCommon: before && before.common,
      memo: this.#memo,
      ...(this.input.secrets ?? {}),
      ...(this.input.work ? { shared: this.input.work.shared, expired: this.input.work.expired } : {}),
    };
  }

  #parse({ language, text }: ExpressionText): ParsedExpression {
    const key = `${language} ${text}`;
    const known = this.#parsed.get(key);
    if (known) return known;
    this.input.work?.shared.use(text.length / CHARACTERS_READ_PER_STEP);
    const parsed = parseExpression(language, text);
    this.#parsed.set(key, parsed);
    return parsed;
  }

  #union(state: ExpectedState): JsonObject {
    const ofCommon = this.#unions.get(state.common) ?? new WeakMap<JsonObject, JsonObject>();
    this.#unions.set(state.common, ofCommon);
    const union = ofCommon.get(state.node) ?? this.#state.union(state);
    ofCommon.set(state.node, union);
    return union;
  }
}
