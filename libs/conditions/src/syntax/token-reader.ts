import { ExpressionFault } from '../expression-fault';
import type { SyntaxNode } from './syntax-node';
import { describeToken, type Token } from './token';

type Unplaced<T> = T extends SyntaxNode ? Omit<T, 'start' | 'end' | 'at' | 'depth'> : never;

/** Reads tokens one after another, and makes nodes that know their place and depth. */
export class TokenReader {
  private index = 0;
  private level = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly depthMax: number,
  ) {}

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)] as Token;
  }

  take(): Token {
    const token = this.peek();
    this.index++;
    return token;
  }

  /** True and the token taken, if it is this sign. */
  accept(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.index++;
    return true;
  }

  isSign(sign: string): boolean {
    const token = this.peek();
    return token.kind === 'sign' && token.text === sign;
  }

  expect(sign: string, what: string): Token {
    if (this.isSign(sign)) return this.take();
    return this.refuse(`\`${sign}\` ${what}`);
  }

  /** Throws: `wanted` is missing here. */
  refuse(wanted: string): never {
    const token = this.peek();
    throw new ExpressionFault('value', `${wanted} is missing before ${describeToken(token)}`, token.start);
  }

  /** `read`, one level deeper. */
  nested<T>(read: () => T): T {
    if (++this.level > this.depthMax) this.tooDeep(this.peek().start);
    const result = read();
    this.level--;
    return result;
  }

  /** A node from `start` to the last token taken. `below`: its children. */
  node<T extends Unplaced<SyntaxNode>>(start: number, at: number, made: T, below: readonly SyntaxNode[]): SyntaxNode {
    let depth = 1;
    for (const each of below) if (each.depth >= depth) depth = each.depth + 1;
    if (depth > this.depthMax) this.tooDeep(at);
    const end = this.tokens[Math.max(0, this.index - 1)]?.end ?? start;
    return { ...made, start, at, depth, end };
  }

  private tooDeep(offset: number): never {
    throw new ExpressionFault('limit', `more than ${this.depthMax} levels inside each other`, offset);
  }
}
