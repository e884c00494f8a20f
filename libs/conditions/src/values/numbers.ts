import { Special } from './special';

/** A number with a fraction that happens to be whole: `3.0 / 2` is 1.5, and `3 / 2` is 1. Other fractions are plain numbers. */
export class WholeFloat extends Special {
  readonly describes = 'a number';

  constructor(readonly value: number) {
    super();
  }
}

export type NumberValue = number | WholeFloat;

export function isNumber(value: unknown): value is NumberValue {
  return typeof value === 'number' || value instanceof WholeFloat;
}

export function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

export function plainNumber(value: NumberValue): number {
  return typeof value === 'number' ? value : value.value;
}

/** `value` as a number with a fraction. */
export function floatOf(value: number): NumberValue {
  return Number.isInteger(value) ? new WholeFloat(value) : value;
}

/** As Python prints it. */
export function numberText(value: NumberValue): string {
  if (isInteger(value)) return String(value);
  const plain = plainNumber(value);
  if (Object.is(plain, -0)) return '-0.0';
  const [digits = '', exponent] = plain.toExponential().split('e');
  const power = Number(exponent);
  if (plain !== 0 && (power < -4 || power >= 16))
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  if (!Number.isInteger(plain)) return decimalText(plain, digits, power);
  return `${plain}.0`;
}

/** Without an exponent, where JavaScript would already write one. */
function decimalText(plain: number, digits: string, power: number): string {
  const text = String(plain);
  if (!text.includes('e')) return text;
  return `${plain < 0 ? '-' : ''}0.${'0'.repeat(-power - 1)}${digits.replace(/[-.]/g, '')}`;
}
