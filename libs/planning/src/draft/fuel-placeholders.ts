import { isExpression, isJsonObject, type Json, type JsonObject } from '@muster/model';
import type { Draft, DraftTask } from './draft';
import { evaluateWithin } from './evaluate-within';

/** Words in braces that the field replaces in parameters, and where it takes them from. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ['CLUSTER_ID', '$.get(cluster, {}).get(id)'],
  ['OPENSTACK_VERSION', '$.get(openstack_version)'],
  ['MASTER_IP', '$.get(master_ip)'],
  ['CN_HOSTNAME', '$.get(public_ssl, {}).get(hostname)'],
]);
const PLACEHOLDER = /\{([A-Z_]+)\}/g;

/** True if a text in the value has a placeholder of the field; texts of expressions have none. */
export function containsPlaceholder(value: Json): boolean {
  if (typeof value === 'string') return [...value.matchAll(PLACEHOLDER)].some(([, word]) => SOURCES.has(word ?? ''));
  if (Array.isArray(value)) return value.some((each: Json) => containsPlaceholder(each));
  return isJsonObject(value) && !isExpression(value) && Object.values(value).some(containsPlaceholder);
}

/**
 * The parameters of a task of the field with its placeholders replaced by what the settings say on the task's node. One that
 * they do not say is reported and stays. Expressions are left alone.
 */
export function replacePlaceholders(draft: Draft, task: DraftTask, parameters: JsonObject): JsonObject {
  const replace = (value: Json): Json => {
    if (typeof value === 'string')
      return value.replace(PLACEHOLDER, (all, word: string) => valueOf(draft, task, word) ?? all);
    if (Array.isArray(value)) return value.map(replace);
    if (!isJsonObject(value) || isExpression(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replace(member)]));
  };
  return replace(parameters) as JsonObject;
}

/** Null: no placeholder of the field, or one that nothing is known for. */
function valueOf(draft: Draft, { definition, node }: DraftTask, word: string): string | null {
  const text = SOURCES.get(word);
  if (text === undefined) return null;
  const { id, scope } = definition;
  const place = { definition: id, node, tags: draft.places.tags(node), ...(scope === undefined ? {} : { scope }) };
  const spender = { subject: `task ${id}`, at: 'parameters', place: definition.place };
  const answer = evaluateWithin(draft, spender, () => draft.evaluator.evaluate({ language: 'yaql', text }, place));
  if (answer === null) return null;
  const value = answer.ok ? answer.value : null;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  draft.report('PLAN_PLACEHOLDER_UNKNOWN', {
    subject: `task ${definition.id}`,
    summary: `has {${word}} in its parameters, and the settings do not say it: ${text}`,
    place: definition.place,
  });
  return null;
}
