import { canonicalJson, isExpression, TYPES_WITHOUT_WORK, type JsonObject, type TaskReason } from '@muster/model';
import { computeObject, containsExpression } from '../draft/compute-values';
import type { Draft, DraftTask } from '../draft/draft';
import { evaluateConditionText } from '../draft/evaluate-expression';
import { containsPlaceholder, replacePlaceholders } from '../draft/fuel-placeholders';
import { reportSecretNames } from '../draft/secret-names';
import type { ExpressionText } from '../evaluator';
import { withFingerprints } from '../previous/fingerprints';

/** Says of each task whether its condition lets it run, and computes its parameters. What is skipped keeps its parameters as written. */
export function evaluateTasks(draft: Draft): void {
  // A definition at a time, so that equal parameters of its tasks become one object: later passes tell them apart by it.
  for (const { definition, owner } of draft.definitions.values()) {
    const hasPlaceholder = owner.compat === 'fuel' && containsPlaceholder(definition.parameters);
    const isComputed = hasPlaceholder || containsExpression(definition.parameters);
    const shared = new Map<string, JsonObject>();
    for (const task of draft.tasksOf(definition.id)) {
      [task.action, task.reason] = decide(draft, task);
      if (task.action !== 'run' || !isComputed) continue;
      const written = hasPlaceholder ? replacePlaceholders(draft, task, definition.parameters) : definition.parameters;
      const parameters = computeObject(draft, task, written, 'parameters');
      const key = canonicalJson(withFingerprints(parameters));
      task.parameters = shared.get(key) ?? parameters;
      shared.set(key, task.parameters);
      reportSecretNames(draft, task);
    }
  }
}

const NO_WORK: TaskReason = { code: 'no-work', text: 'Has no work of its own; others order themselves against it.' };
const PLACED: TaskReason = { code: 'placed', text: 'Its definition is placed here.' };

function decide(draft: Draft, task: DraftTask): ['run' | 'skip', TaskReason] {
  if (TYPES_WITHOUT_WORK.has(task.definition.type)) return ['skip', NO_WORK];
  const condition = evaluateCondition(draft, task);
  if (!condition.holds)
    return ['skip', { code: 'condition-false', text: condition.because ?? 'Its condition is false.' }];
  if (!condition.computed) return ['run', PLACED];
  return ['run', { code: 'condition-true', text: condition.because ?? 'Its condition is true.' }];
}

interface Condition {
  readonly holds: boolean;
  readonly computed: boolean;
  readonly because?: string;
}

function evaluateCondition(draft: Draft, task: DraftTask): Condition {
  const { condition } = task.definition;
  if (condition === null) return { holds: true, computed: false };
  if (typeof condition === 'boolean') return { holds: condition, computed: false };
  if (typeof condition === 'string' && /^\s*(true|false)\s*$/i.test(condition))
    return { holds: condition.trim().toLowerCase() === 'true', computed: false };
  const expression: ExpressionText = isExpression(condition)
    ? { language: 'yaql', text: condition.yaql_exp }
    : { language: 'legacy', text: condition };
  const answer = evaluateConditionText(draft, task, expression);
  // A condition that could not be evaluated is reported, and the plan refused; the rest is checked as if it held.
  return answer ? { ...answer, computed: true } : { holds: true, computed: false };
}
