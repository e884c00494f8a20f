import { compareTexts } from '../values/compare-values';
import { plainNumber } from '../values/numbers';
import { searchCost } from '../values/search-cost';
import { isWithin } from '../values/value-sets';
import { define, PASSES_SECRETS, type FunctionDefinition } from './function-definition';
import { items, anything, nothing, number, set, something, text } from './parameter';

/** One comparison: numbers with numbers, texts with texts, sets by inclusion; null is less than anything else. */
function comparison(name: '<' | '<=' | '>' | '>=', holds: (order: number) => boolean): readonly FunctionDefinition[] {
  const isLess = name.startsWith('<');
  const mayEqual = name.endsWith('=');
  return [
    define('function', `#${name}`, { left: number, right: number }, ({ left, right }) =>
      holds(plainNumber(left) - plainNumber(right)),
    ),
    define('function', `#${name}`, { left: text, right: text }, ({ left, right }) => holds(compareTexts(left, right))),
    define('function', `#${name}`, { left: set, right: set }, ({ left, right }, call) => {
      const [inner, outer] = isLess ? [left, right] : [right, left];
      return isWithin(inner, outer, call.evaluation) && (mayEqual || inner.byKey.size < outer.byKey.size);
    }),
    define('function', `#${name}`, { left: nothing, right: nothing }, () => mayEqual),
    define('function', `#${name}`, { left: nothing, right: something }, () => isLess),
    define('function', `#${name}`, { left: something, right: nothing }, () => !isLess),
  ];
}

export const comparisonFunctions: readonly FunctionDefinition[] = [
  ...comparison('<', (order) => order < 0),
  ...comparison('<=', (order) => order <= 0),
  ...comparison('>', (order) => order > 0),
  ...comparison('>=', (order) => order >= 0),
  define('function', '#in', { left: text, right: text }, ({ left, right }, call) => {
    call.evaluation.pay(searchCost(right, left));
    return right.includes(left);
  }),
  define(
    'function',
    '#in',
    { value: anything, collection: items },
    ({ value, collection }, call) => {
      call.evaluation.pay(collection.length);
      return collection.some((each) => call.areEqual(each, value));
    },
    PASSES_SECRETS,
  ),
];
