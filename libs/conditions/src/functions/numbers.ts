import { floatOf, isInteger, isNumber, numberText, plainNumber, WholeFloat, type NumberValue } from '../values/numbers';
import type { Value } from '../values/value';
import type { Call } from './call';
import { define, type FunctionDefinition } from './function-definition';
import { anything, integer, number, optional } from './parameter';

const EXACT = 'a whole number would be beyond what is exact here (2^53)';

/** A result of integers, or of numbers of which one has a fraction. Throws where it cannot be said exactly or at all. */
function made(call: Call, value: number, hasFraction: boolean): NumberValue {
  if (!Number.isFinite(value)) call.exceed('a number would be too large');
  if (hasFraction) return floatOf(value);
  return Number.isSafeInteger(value) ? value + 0 : call.exceed(EXACT);
}

const hasFraction = (...values: NumberValue[]): boolean => values.some((value) => !isInteger(value));

function arithmetic(name: string, compute: (left: number, right: number) => number): FunctionDefinition {
  return define('function', name, { left: number, right: number }, ({ left, right }, call) =>
    made(call, compute(plainNumber(left), plainNumber(right)), hasFraction(left, right)),
  );
}

/** Rounds down between whole numbers, as Python 2 and YAQL do. */
const division = define('function', '#/', { left: number, right: number }, ({ left, right }, call) => {
  if (plainNumber(right) === 0) return call.fail('division by zero');
  const quotient = plainNumber(left) / plainNumber(right);
  return hasFraction(left, right) ? made(call, quotient, true) : made(call, Math.floor(quotient), false);
});

/** Has the sign of the divisor. */
const modulo = define('function', '#mod', { left: number, right: number }, ({ left, right }, call) => {
  const [a, b] = [plainNumber(left), plainNumber(right)];
  if (b === 0) return call.fail('division by zero');
  const remainder = a % b;
  return made(call, remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder, hasFraction(left, right));
});

const toInteger = define('function', 'int', { value: anything }, ({ value: given }, call) => {
  const value = call.plain(given);
  if (value === null) return 0;
  if (typeof value === 'boolean') return Number(value);
  if (isNumber(value)) return made(call, Math.trunc(plainNumber(value)), false);
  if (typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value)) return made(call, Number(value), false);
  return call.fail('`int` takes a number, or a text that is a whole number');
});

const toFloat = define('function', 'float', { value: anything }, ({ value: given }, call) => {
  const value = call.plain(given);
  if (value === null) return new WholeFloat(0);
  if (typeof value === 'boolean') return new WholeFloat(Number(value));
  if (isNumber(value)) return made(call, plainNumber(value), true);
  if (typeof value === 'string' && /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value))
    return made(call, Number(value), true);
  return call.fail('`float` takes a number, or a text that is one');
});

/** Half to even, as Python 3 rounds; the result has a fraction unless the number has none. */
const round = define(
  'function',
  'round',
  { number, ndigits: optional(integer, 0) },
  ({ number: value, ndigits }, call) => {
    const plain = plainNumber(value);
    if (Math.abs(ndigits) > 300) return call.fail('`round` takes from -300 to 300 digits');
    const shifted = Number(`${plain}e${ndigits}`);
    if (!Number.isFinite(shifted)) return value;
    const floor = Math.floor(shifted);
    const isHalf = shifted - floor === 0.5;
    const rounded = isHalf ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(shifted);
    return made(call, Number(`${rounded}e${-ndigits}`), hasFraction(value));
  },
);

const power = define('function', 'pow', { a: number, b: number, c: optional(number, null) }, ({ a, b, c }, call) => {
  if (c !== null) return call.fail('`pow` takes two numbers here');
  if (plainNumber(a) === 0 && plainNumber(b) < 0) return call.fail('division by zero');
  const isWhole = !hasFraction(a, b) && plainNumber(b) >= 0;
  const value = plainNumber(a) ** plainNumber(b);
  return Number.isNaN(value) ? call.fail('`pow` has no real result') : made(call, value, !isWhole);
});

function bitwise(name: string, compute: (left: bigint, right: bigint) => bigint): FunctionDefinition {
  return define('function', name, { left: integer, right: integer }, ({ left, right }, call) =>
    made(call, Number(compute(BigInt(left), BigInt(right))), false),
  );
}

function shift(name: string, sign: 1 | -1): FunctionDefinition {
  return define('function', name, { value: integer, bitsNumber: integer }, ({ value, bitsNumber }, call) => {
    if (bitsNumber < 0) return call.fail(`\`${name}\` takes a number of bits from zero`);
    return made(call, Math.floor(value * 2 ** (sign * Math.min(bitsNumber, 2000))), false);
  });
}

const unaryMinus = define('function', '#unary -', { op: number }, ({ op }, call) =>
  made(call, -plainNumber(op), hasFraction(op)),
);

export const numberFunctions: readonly FunctionDefinition[] = [
  arithmetic('#+', (left, right) => left + right),
  arithmetic('#-', (left, right) => left - right),
  arithmetic('#*', (left, right) => left * right),
  division,
  modulo,
  unaryMinus,
  define('function', '#unary +', { op: number }, ({ op }) => op),
  toInteger,
  toFloat,
  round,
  power,
  define('function', 'abs', { op: number }, ({ op }, call) => made(call, Math.abs(plainNumber(op)), hasFraction(op))),
  define('function', 'sign', { num: number }, ({ num }) => Math.sign(plainNumber(num)) + 0),
  define('function', 'hex', { num: integer }, ({ num }, call) =>
    call.text(`${num < 0 ? '-' : ''}0x${Math.abs(num).toString(16)}`),
  ),
  bitwise('bitwiseAnd', (left, right) => left & right),
  bitwise('bitwiseOr', (left, right) => left | right),
  bitwise('bitwiseXor', (left, right) => left ^ right),
  define('function', 'bitwiseNot', { arg: integer }, ({ arg }) => -arg - 1),
  shift('shiftBitsLeft', 1),
  shift('shiftBitsRight', -1),
  define('function', 'isInteger', { value: anything }, ({ value }, call) => isInteger(call.plain(value))),
  define('function', 'isNumber', { value: anything }, ({ value }, call) => isNumber(call.plain(value))),
];

/** A number or other scalar as `str` prints it. */
export function scalarText(value: Value): string | null {
  if (typeof value === 'string') return value;
  if (isNumber(value)) return numberText(value);
  return value === null || typeof value === 'boolean' ? String(value) : null;
}
