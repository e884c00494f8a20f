import type { Lambda } from '../evaluate/scope';
import { keyOf } from '../values/key-of';
import { entriesOf, mappingOf, memberOf } from '../values/mappings';
import { isList, isMapping, Secret, type Mapping, type Value } from '../values/value';
import type { Call } from './call';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { integer, lambda, mapping, optional } from './parameter';

/** `under` and `over` key by key; mappings are merged down to `levels` (0: all the way). */
function merged(
  under: Mapping,
  over: Mapping,
  mergers: { list: Lambda | null; item: Lambda | null },
  levels: number,
  call: Call,
  depth = 0,
): Value {
  call.evaluation.pay(1, depth);
  const entries: (readonly [Value, Value])[] = entriesOf(under, call.evaluation).map(([key, left]) => {
    const right = memberOf(over, key, call.evaluation);
    if (right === undefined) return [key, left];
    const isDeep = levels !== 1;
    if (isDeep && isMapping(right) && isMapping(left))
      return [key, merged(left, right, mergers, Math.max(0, levels - 1), call, depth + 1)];
    if (isDeep && isList(right) && isList(left)) return [key, mergedLists(left, right, mergers.list, call)];
    if (isDeep && (isMapping(right) || isList(right)))
      return call.fail('`mergeWith` cannot merge a list or mapping with something else');
    return [key, mergers.item ? mergers.item.evaluate(left, right) : right];
  });
  const added = entriesOf(over, call.evaluation).filter(([key]) => memberOf(under, key, call.evaluation) === undefined);
  call.evaluation.payItems(entries.length + added.length);
  return mappingOf([...entries, ...added], call.evaluation);
}

function mergedLists(left: readonly Value[], right: readonly Value[], merger: Lambda | null, call: Call): Value {
  if (merger) return merger.evaluate(left, right);
  const byKey = new Map<string, Value>();
  for (const each of [...left, ...right]) {
    const key = keyOf(each instanceof Secret ? call.plain(each) : each, call.evaluation);
    if (!byKey.has(key)) byKey.set(key, each);
  }
  return call.list([...byKey.values()]);
}

export const mergingFunctions: readonly FunctionDefinition[] = [
  define(
    'method',
    'mergeWith',
    {
      d: mapping,
      another: mapping,
      listMerger: optional(lambda, null),
      itemMerger: optional(lambda, null),
      maxLevels: optional(integer, 0),
    },
    ({ d, another, listMerger, itemMerger, maxLevels }, call) =>
      merged(d, another, { list: listMerger, item: itemMerger }, maxLevels, call),
    PASSES_SECRETS,
  ),
];
