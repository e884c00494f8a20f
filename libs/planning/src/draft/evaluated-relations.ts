import {
  canonicalJson,
  isExpression,
  isJsonObject,
  type Expression,
  type Json,
  type Relation,
  type RoleSelector,
} from '@muster/model';
import type { Draft, DraftTask } from './draft';
import { evaluateText } from './evaluate-expression';

/** A relation without expressions. */
export interface PlainRelation {
  readonly name: string;
  readonly role?: RoleSelector;
  readonly policy?: 'all' | 'any';
}

/** One relation and the tasks that have it. */
export interface RelationGroup {
  readonly relation: PlainRelation;
  readonly tasks: readonly DraftTask[];
}

/**
 * The relations that `written` comes to for these tasks of one definition, equal ones together. An expression may give a
 * name, a relation, a list of both or null (no relation), on each node something else.
 */
export function evaluatedRelations(
  draft: Draft,
  tasks: readonly DraftTask[],
  written: readonly (Relation | Expression)[],
  key: string,
): RelationGroup[] {
  const groups = new Map<string, { relation: PlainRelation; tasks: DraftTask[] }>();
  const add = (relation: PlainRelation, task: DraftTask): void => {
    const id = canonicalJson([
      relation.name,
      relation.role === undefined ? '(none)' : { role: relation.role },
      relation.policy ?? 'all',
    ]);
    const group = groups.get(id);
    if (group) group.tasks.push(task);
    else groups.set(id, { relation, tasks: [task] });
  };
  for (const each of written) {
    if (isPlain(each)) groups.set(canonicalJson([each, groups.size]), { relation: each, tasks: [...tasks] });
    else
      for (const task of tasks)
        for (const relation of evaluate(draft, task, each, key)) add(inScope(draft, task, each, relation), task);
  }
  return [...groups.values()];
}

/** What an expression of an included release names is in that one; the name of a relation whose role alone is computed is told apart already. */
function inScope(
  draft: Draft,
  { definition: { scope } }: DraftTask,
  written: Relation | Expression,
  relation: PlainRelation,
): PlainRelation {
  if (scope === undefined) return relation;
  const prefix = draft.prefixOf(scope);
  const { role } = relation;
  const more = role === undefined ? {} : { role: prefix.selector(role) };
  return isExpression(written) ? { ...relation, name: prefix.name(relation.name), ...more } : { ...relation, ...more };
}

function isPlain(relation: Relation | Expression): relation is PlainRelation {
  return !isExpression(relation) && !isExpression(relation.role);
}

function evaluate(draft: Draft, task: DraftTask, written: Relation | Expression, key: string): PlainRelation[] {
  if (isExpression(written)) {
    const answer = evaluateText(draft, task, written.yaql_exp, key);
    return answer ? readValue(draft, task, answer.value, key) : [];
  }
  const { role, ...rest } = written;
  if (!isExpression(role)) return [{ ...rest, ...(role === undefined ? {} : { role }) }];
  const answer = evaluateText(draft, task, role.yaql_exp, `${key}.role`);
  return answer ? readValue(draft, task, { ...rest, role: answer.value }, key) : [];
}

function readValue(draft: Draft, task: DraftTask, value: Json, key: string): PlainRelation[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each: Json) => readValue(draft, task, each, key));
  if (typeof value === 'string') return [{ name: value }];
  const relation = isJsonObject(value) ? readRelation(value) : null;
  if (relation) return [relation];
  draft.reportTask('PLAN_EXPRESSION_FAILED', task, {
    summary: `the expression in \`${key}\` gave something that is no relation`,
    place: { ...task.definition.place, path: key },
  });
  return [];
}

function readRelation(value: { readonly [key: string]: Json }): PlainRelation | null {
  const { name, role, policy } = value;
  if (typeof name !== 'string') return null;
  if (policy !== undefined && policy !== null && policy !== 'all' && policy !== 'any') return null;
  const more: { policy?: 'all' | 'any' } = policy ? { policy } : {};
  if (!Object.hasOwn(value, 'role')) return { name, ...more };
  if (role === null || typeof role === 'string') return { name, role, ...more };
  if (Array.isArray(role) && role.every((each) => typeof each === 'string')) return { name, role, ...more };
  return null;
}
