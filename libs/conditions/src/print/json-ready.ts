import { mapList } from '../values/map-list';
import { isNumber, WholeFloat } from '../values/numbers';
import { entriesOf, mappingOf } from '../values/mappings';
import { Special } from '../values/special';
import { valuesOf } from '../values/value-sets';
import { describeValue, isList, MadeMapping, Secret, Undefined, ValueSet, type Value } from '../values/value';
import type { Evaluation } from '../evaluate/evaluation';

/** What may say that a value cannot be printed. */
interface Printing {
  readonly evaluation: Evaluation;
  fail(message: string): never;
}

/**
 * `value` with nothing in it that JSON has no word for: sets become lists. Data are returned as they are. Fails for what cannot
 * be said at all (undefined, regular expressions, bindings, keys that are no scalars). A secret stays one.
 */
export function jsonReady(value: Value, printing: Printing, depth = 0): Value {
  printing.evaluation.pay(1, depth);
  const below = (each: Value): Value => jsonReady(each, printing, depth + 1);
  if (isList(value)) return mapList(value, below);
  if (value instanceof ValueSet) return valuesOf(value).map(below);
  if (value instanceof MadeMapping) return readyMapping(value, below, printing);
  if (value instanceof Secret) return new Secret(below(value.inner));
  if (value instanceof Special && !(value instanceof WholeFloat))
    return printing.fail(
      `the result is or has ${describeValue(value)}, which cannot be printed${value instanceof Undefined ? '; ask `old(...).isUndef()` before' : ''}`,
    );
  return value;
}

function readyMapping(mapping: MadeMapping, map: (value: Value) => Value, printing: Printing): Value {
  return mappingOf(
    entriesOf(mapping, printing.evaluation).map(([key, member]) => {
      if (key !== null && typeof key === 'object' && !isNumber(key))
        return printing.fail(`a key of the result is ${describeValue(key)}; keys are texts or numbers`);
      return [key, map(member)] as const;
    }),
    printing.evaluation,
  );
}
