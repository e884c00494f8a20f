import { ExpressionFault } from '../expression-fault';
import type { BinaryOperator, RuleNode, SyntaxNode } from './syntax-node';
import { describeToken, type Token } from './token';
import { TokenReader } from './token-reader';
import { yaqlTokens } from './yaql-tokens';

/** How tightly operators bind, as in YAQL: the member operators first, `->` last and from the right. */
const BINDING = new Map<string, number>([
  ['.', 100],
  ['?.', 100],
  ['[', 90],
  ['=~', 70],
  ['!~', 70],
  ['*', 60],
  ['/', 60],
  ['mod', 60],
  ['+', 50],
  ['-', 50],
  ['>', 40],
  ['<', 40],
  ['>=', 40],
  ['<=', 40],
  ['!=', 40],
  ['=', 40],
  ['in', 40],
  ['and', 20],
  ['or', 10],
  ['->', 5],
]);
const BINDING_OF_SIGN = 80;
const BINDING_OF_NOT = 30;

/** Reads YAQL 1.x. Throws `ExpressionFault`. */
export function parseYaql(source: string, depthMax: number): SyntaxNode {
  const reader = new TokenReader(yaqlTokens(source), depthMax);
  const node = expression(reader, 0);
  if (reader.peek().kind !== 'end') {
    const token = reader.peek();
    const hint = token.text === '=>' ? '; it pairs a key with a value in `{}` and in calls such as `switch`' : '';
    throw new ExpressionFault('value', `${describeToken(token)} does not belong here${hint}`, token.start);
  }
  return node;
}

function expression(reader: TokenReader, least: number): SyntaxNode {
  return reader.nested(() => {
    let left = prefix(reader);
    for (;;) {
      const token = reader.peek();
      const binding = token.kind === 'sign' ? (BINDING.get(token.text) ?? 0) : 0;
      if (binding <= least) return left;
      left = infix(reader, left, binding);
    }
  });
}

function infix(reader: TokenReader, left: SyntaxNode, binding: number): SyntaxNode {
  const { text, start: at } = reader.take();
  if (text === '.' || text === '?.') return member(reader, left, text === '?.');
  if (text === '[') {
    const positional = plainArguments(reader, ']');
    return reader.node(left.start, at, { kind: 'index', target: left, positional }, [left, ...positional]);
  }
  const right = expression(reader, text === '->' ? binding - 1 : binding);
  return reader.node(left.start, at, { kind: 'binary', operator: text as BinaryOperator, left, right }, [left, right]);
}

/** What stands behind a point: a key, or a method with its arguments. Any word will do as a key. */
function member(reader: TokenReader, target: SyntaxNode, isSafe: boolean): SyntaxNode {
  const token = reader.peek();
  if (token.kind === 'function') return call(reader, target, isSafe);
  if (!/^[\p{L}_]/u.test(token.text) || token.kind === 'end')
    return reader.refuse('a key or a method (a key with other characters is read with `get`)');
  reader.take();
  return reader.node(target.start, token.start, { kind: 'attribute', target, name: token.text, isSafe }, [target]);
}

function prefix(reader: TokenReader): SyntaxNode {
  const token = reader.peek();
  switch (token.kind) {
    case 'constant':
      reader.take();
      return reader.node(token.start, token.start, { kind: 'constant', value: token.value ?? null }, []);
    case 'word':
      reader.take();
      return reader.node(token.start, token.start, { kind: 'word', name: token.text }, []);
    case 'variable':
      reader.take();
      return reader.node(token.start, token.start, { kind: 'variable', name: token.text.slice(1) || '1' }, []);
    case 'function':
      return call(reader, null, false);
    case 'sign':
    case 'model':
    case 'end':
      return prefixSign(reader, token);
  }
}

function prefixSign(reader: TokenReader, token: Token): SyntaxNode {
  if (reader.accept('(')) {
    const inner = expression(reader, 0);
    reader.expect(')', `for the \`(\` at column ${token.start + 1} of the text`);
    return { ...inner, start: token.start, end: reader.peek(-1).end };
  }
  if (reader.accept('[')) {
    const items = plainArguments(reader, ']');
    return reader.node(token.start, token.start, { kind: 'list', items }, items);
  }
  if (reader.accept('{')) {
    const { positional, rules } = callArguments(reader, '}');
    if (positional[0]) throw new ExpressionFault('value', 'a mapping is written `{key => value}`', positional[0].start);
    return reader.node(token.start, token.start, { kind: 'mapping', rules }, nodesOf(rules));
  }
  if (reader.accept('not') || reader.accept('-') || reader.accept('+')) {
    const operator = token.text as 'not' | '-' | '+';
    const operand = expression(reader, operator === 'not' ? BINDING_OF_NOT : BINDING_OF_SIGN);
    return reader.node(token.start, token.start, { kind: 'unary', operator, operand }, [operand]);
  }
  return reader.refuse('a value');
}

function call(reader: TokenReader, target: SyntaxNode | null, isSafe: boolean): SyntaxNode {
  const { text: name, start: at } = reader.take();
  reader.expect('(', 'of the call');
  const { positional, rules } = callArguments(reader, ')');
  const below = [...(target ? [target] : []), ...positional, ...nodesOf(rules)];
  return reader.node(target?.start ?? at, at, { kind: 'call', name, target, isSafe, positional, rules }, below);
}

/** Arguments up to `close`, which is taken: values first, then `key => value`. */
function callArguments(reader: TokenReader, close: string): { positional: SyntaxNode[]; rules: RuleNode[] } {
  const positional: SyntaxNode[] = [];
  const rules: RuleNode[] = [];
  if (reader.accept(close)) return { positional, rules };
  do {
    const source = expression(reader, 0);
    if (reader.accept('=>')) rules.push({ source, destination: expression(reader, 0) });
    else if (rules.length === 0) positional.push(source);
    else throw new ExpressionFault('value', 'a plain value may not follow `key => value`', source.start);
  } while (reader.accept(','));
  reader.expect(close, 'or `,`');
  return { positional, rules };
}

function plainArguments(reader: TokenReader, close: string): SyntaxNode[] {
  const { positional, rules } = callArguments(reader, close);
  if (rules[0]) throw new ExpressionFault('value', '`=>` has no meaning in a list', rules[0].source.start);
  return positional;
}

function nodesOf(rules: readonly RuleNode[]): SyntaxNode[] {
  return rules.flatMap(({ source, destination }) => [source, destination]);
}
