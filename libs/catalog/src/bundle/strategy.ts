import type { Expression, Limit, TaskDefinition } from '@muster/model';
import type { Cursor } from '../yaml/cursor';
import { readExpression } from './relations';

/** `parameters.strategy`; absent: unlimited. */
export function readStrategy(cursor: Cursor | null): TaskDefinition['strategy'] {
  const unlimited = { type: 'parallel', amount: 'unlimited' } as const;
  const map = cursor && !cursor.isNull ? cursor.map('{type: one_by_one | parallel, amount}') : null;
  if (!map) return unlimited;
  map.knowsOnly(['type', 'amount'], 'warning');
  const type = map.require('type')?.oneOf(['one_by_one', 'parallel'] as const) ?? null;
  const amount = map.get('amount');
  if (type === 'one_by_one') return { type, amount: 1 };
  return { type: 'parallel', amount: amount ? readAmount(amount) : 'unlimited' };
}

/** Absent and null are unlimited; zero and nonsense are problems, and must stop us rather than unleash us. */
function readAmount(cursor: Cursor): Limit | Expression {
  if (cursor.isNull) return 'unlimited';
  return readExpression(cursor) ?? cursor.integer(1, 1_000_000) ?? 1;
}
