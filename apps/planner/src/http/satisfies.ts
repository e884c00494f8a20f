import { buildMessage, ValidateBy } from 'class-validator';

/** Decorator: a text that `isRight`. `expected` follows the field's name in the problem. */
export function Satisfies(isRight: (text: string) => boolean, expected: string): PropertyDecorator {
  return ValidateBy({
    name: 'satisfies',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && isRight(value),
      defaultMessage: buildMessage(() => `$property ${expected}`),
    },
  });
}
