import { isExpression, type Expression, type Relation, type RoleSelector } from '@muster/model';
import type { Cursor } from '../yaml/cursor';

/** Relations of one key: a name, `{name, role, policy}` or an expression, each alone or in a list; null is none. */
export function readRelations(cursor: Cursor | null): (Relation | Expression)[] {
  if (!cursor || cursor.isNull) return [];
  const items = cursor.located.kind === 'list' ? cursor.items() : [cursor];
  return (items ?? []).map(readRelation).filter((each) => each !== null);
}

function readRelation(cursor: Cursor): Relation | Expression | null {
  if (cursor.isNull) return null;
  if (cursor.located.kind === 'scalar') {
    const name = cursor.text('the id of a task definition');
    return name === null ? null : relation(cursor, name);
  }
  if (isExpressionLike(cursor)) return readExpression(cursor);
  const map = cursor.map('a name, {name, role, policy} or {yaql_exp}');
  if (!map) return null;
  map.knowsOnly(['name', 'role', 'policy'], 'warning');
  const name = map.require('name')?.text('the id of a task definition') ?? null;
  const roleCursor = map.get('role');
  const role = roleCursor ? readRole(roleCursor) : undefined;
  const policyCursor = map.get('policy');
  const policy = policyCursor && !policyCursor.isNull ? policyCursor.oneOf(['all', 'any'] as const) : null;
  if (name === null) return null;
  return relation(cursor, name, { ...(role === undefined ? {} : { role }), ...(policy === null ? {} : { policy }) });
}

function relation(cursor: Cursor, name: string, more: Omit<Relation, 'name'> = {}): Relation | null {
  if (name === '' || name.length > 1000)
    return cursor.refuse('the id of a task definition, or /regex/, of at most 1000 characters');
  return { name, ...more };
}

function readRole(cursor: Cursor): RoleSelector | Expression | undefined {
  if (cursor.isNull) return null;
  if (isExpressionLike(cursor)) return readExpression(cursor) ?? undefined;
  if (cursor.located.kind === 'scalar') return cursor.text() ?? undefined;
  const items = cursor.items();
  // A null in a list is the sync point, as it is alone.
  return items?.map((item) => (item.isNull ? 'null' : item.text())).filter((each) => each !== null);
}

function isExpressionLike(cursor: Cursor): boolean {
  return cursor.located.kind === 'map' && cursor.located.entries.has('yaql_exp');
}

/** Null if the value is no `{yaql_exp: text}`; something like it that is none is reported. */
export function readExpression(cursor: Cursor): Expression | null {
  if (!isExpressionLike(cursor)) return null;
  const value = cursor.json();
  if (!isExpression(value)) return cursor.refuse('{yaql_exp: text} and nothing else');
  if (value.yaql_exp.length > 20_000) return cursor.refuse('an expression of at most 20000 characters');
  return value;
}
