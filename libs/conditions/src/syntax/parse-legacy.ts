import { ExpressionFault } from '../expression-fault';
import { nearestName } from '@muster/model';
import { LEGACY_MODELS, type BinaryOperator, type LegacyModel, type SyntaxNode } from './syntax-node';
import { describeToken, type Token } from './token';
import { TokenReader } from './token-reader';

const PIECE =
  /\s+|(?<number>-?\d+(?:\.\d+)?)(?![\w:])|(?<text>"[^"]*"|'[^']*')|(?<model>\w*:[\w.-]+\??)|(?<word>[A-Za-z_]\w*)|(?<sign>==|!=|>=|<=|[<>()])/y;
const CONSTANT_WORDS = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const OPERATOR_WORDS = ['and', 'or', 'not', 'in'];
/** As the field's grammar has it: `not` and `in` bind tighter than comparisons, so that `not a == b` is `(not a) == b`. */
const BINDING = new Map([
  ['or', 10],
  ['and', 20],
  ['==', 30],
  ['!=', 30],
  ['>', 30],
  ['<', 30],
  ['>=', 30],
  ['<=', 30],
  ['in', 40],
]);
const BINDING_OF_NOT = 40;

/** Reads a condition of the old kind: `settings:a.b == true and not (cluster:mode in ['ha'])` without lists. Throws `ExpressionFault`. */
export function parseLegacy(source: string, depthMax: number): SyntaxNode {
  const reader = new TokenReader(legacyTokens(source), depthMax);
  const node = expression(reader, 0);
  const rest = reader.peek();
  if (rest.kind !== 'end')
    throw new ExpressionFault('value', `${describeToken(rest)} does not belong here`, rest.start);
  return node;
}

function legacyTokens(source: string): Token[] {
  const tokens: Token[] = [];
  for (let offset = 0; offset < source.length;) {
    PIECE.lastIndex = offset;
    const match = PIECE.exec(source);
    if (!match) throw new ExpressionFault('value', `${JSON.stringify(source[offset])} means nothing here`, offset);
    const [text] = match;
    const token = tokenOf(match.groups ?? {}, text, offset);
    if (token) tokens.push(token);
    offset += text.length;
  }
  tokens.push({ kind: 'end', text: '', start: source.length, end: source.length });
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>, text: string, start: number): Token | null {
  const placed = { text, start, end: start + text.length };
  if (groups['number'] !== undefined) {
    const value = Number(text);
    if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
      throw new ExpressionFault('limit', 'the number is beyond what is exact here (2^53)', start);
    return { kind: 'constant', ...placed, value };
  }
  if (groups['text'] !== undefined) return { kind: 'constant', ...placed, value: text.slice(1, -1) };
  if (groups['model'] !== undefined) return { kind: 'model', ...placed };
  if (groups['sign'] !== undefined) return { kind: 'sign', ...placed };
  if (groups['word'] === undefined) return null;
  if (OPERATOR_WORDS.includes(text)) return { kind: 'sign', ...placed };
  const constant = CONSTANT_WORDS.get(text);
  return constant === undefined ? { kind: 'word', ...placed } : { kind: 'constant', ...placed, value: constant };
}

function expression(reader: TokenReader, least: number): SyntaxNode {
  return reader.nested(() => {
    let left = prefix(reader);
    for (;;) {
      const token = reader.peek();
      const binding = token.kind === 'sign' ? (BINDING.get(token.text) ?? 0) : 0;
      if (binding <= least) return left;
      reader.take();
      const right = expression(reader, binding);
      const operator = (token.text === '==' ? '=' : token.text) as BinaryOperator;
      left = reader.node(
        left.start,
        token.start,
        operator === 'in' ? { kind: 'legacy-in', left, right } : { kind: 'binary', operator, left, right },
        [left, right],
      );
    }
  });
}

function prefix(reader: TokenReader): SyntaxNode {
  const token = reader.peek();
  if (reader.accept('(')) {
    const inner = expression(reader, 0);
    reader.expect(')', 'of the group');
    return { ...inner, start: token.start, end: reader.peek(-1).end };
  }
  if (reader.accept('not')) {
    const operand = expression(reader, BINDING_OF_NOT);
    return reader.node(token.start, token.start, { kind: 'unary', operator: 'not', operand }, [operand]);
  }
  if (token.kind === 'constant') {
    reader.take();
    return reader.node(token.start, token.start, { kind: 'constant', value: token.value ?? null }, []);
  }
  if (token.kind === 'model') {
    reader.take();
    return reader.node(token.start, token.start, { kind: 'model', ...modelOf(token) }, []);
  }
  if (token.kind === 'word')
    throw new ExpressionFault(
      'value',
      `${describeToken(token)} is no value; texts stand in quotes, settings are written \`settings:${token.text.slice(0, 40)}\``,
      token.start,
    );
  return reader.refuse('a value');
}

/** A `?` behind the path said that it may be undefined; here every path may, as in the field's planner. */
function modelOf(token: Token): { model: LegacyModel; path: readonly string[] } {
  const text = token.text.replace(/\?$/, '');
  const colon = text.indexOf(':');
  const name = text.slice(0, colon);
  const model = LEGACY_MODELS.find((each) => each === name);
  if (model) return { model, path: text.slice(colon + 1).split('.') };
  const near = nearestName(name, LEGACY_MODELS);
  throw new ExpressionFault(
    'value',
    `there is no model \`${name.slice(0, 40)}\`; a condition sees \`settings:\` and \`cluster:\`${near === null ? '' : `, did you mean \`${near}\`?`}`,
    token.start,
  );
}
