import type { ConstantValue } from './syntax-node';

/** A piece of the source. `text` is what messages show and, for signs and words, what is compared. */
export interface Token {
  readonly kind: 'constant' | 'word' | 'function' | 'variable' | 'model' | 'sign' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly value?: ConstantValue;
}

/** How a token is called in a message. */
export function describeToken({ kind, text }: Token): string {
  return kind === 'end' ? 'the end' : `\`${text.length > 40 ? `${text.slice(0, 40)}...` : text}\``;
}
