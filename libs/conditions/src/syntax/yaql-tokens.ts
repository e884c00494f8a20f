import { ExpressionFault } from '../expression-fault';
import { WholeFloat } from '../values/numbers';
import { unescapeText } from './text-escapes';
import type { Token } from './token';

const SPACE = /[ \t\r\n]+/y;
const VARIABLE = /\$[\p{L}\p{N}_]*/uy;
const NUMBER = /\d+(\.\d+)?(?![\p{L}\p{N}_])/uy;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/sy;
const SIGN = /\?\.|=>|->|=~|!~|!=|>=|<=|[.[\](){},+\-*/<>=]/y;
const CONSTANT_WORDS = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const OPERATOR_WORDS = new Set(['and', 'or', 'not', 'in', 'mod']);

/** The pieces of a YAQL expression, an `end` last. Throws `ExpressionFault`. Cost: linear. */
export function yaqlTokens(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = offset;
    return pattern.exec(source)?.[0] ?? null;
  };
  while (offset < source.length) {
    const space = match(SPACE);
    if (space !== null) {
      offset += space.length;
      continue;
    }
    const token = tokenAt(source, offset, match);
    tokens.push(token);
    offset = token.end;
  }
  tokens.push({ kind: 'end', text: '', start: source.length, end: source.length });
  return tokens;
}

function tokenAt(source: string, start: number, match: (pattern: RegExp) => string | null): Token {
  const made = (kind: Token['kind'], text: string, value?: Token['value']): Token => ({
    kind,
    text,
    start,
    end: start + text.length,
    ...(value === undefined ? {} : { value }),
  });
  const variable = match(VARIABLE);
  if (variable !== null) return made('variable', variable);
  const number = match(NUMBER);
  if (number !== null) return made('constant', number, numberOf(number, start));
  const word = match(WORD);
  if (word !== null) return wordToken(word, source[start + word.length] === '(', made);
  const quoted = match(QUOTED);
  if (quoted !== null) return made('constant', quoted, textOf(quoted));
  const sign = match(SIGN);
  if (sign !== null) return made('sign', sign);
  throw new ExpressionFault('value', faultAt(source, start), start);
}

function wordToken(
  word: string,
  isCalled: boolean,
  made: (kind: Token['kind'], text: string, value?: Token['value']) => Token,
): Token {
  if (OPERATOR_WORDS.has(word)) return made('sign', word);
  if (isCalled) return made('function', word);
  const constant = CONSTANT_WORDS.get(word);
  return constant === undefined ? made('word', word) : made('constant', word, constant);
}

function numberOf(text: string, at: number): number | WholeFloat {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ExpressionFault('limit', 'the number is too large', at);
  if (text.includes('.')) return Number.isInteger(value) ? new WholeFloat(value) : value;
  if (!Number.isSafeInteger(value))
    throw new ExpressionFault('limit', 'the number is beyond what is exact here (2^53)', at);
  return value;
}

function textOf(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return quoted.startsWith('`') ? inner.replaceAll('\\`', '`') : unescapeText(inner);
}

function faultAt(source: string, offset: number): string {
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  if (`'"\``.includes(character)) return `the text that begins with ${character} does not end`;
  if (/\p{N}/u.test(character)) return 'a number may not run into letters; a name may not begin with a digit';
  return `${JSON.stringify(character)} means nothing here`;
}
