import type { WholeFloat } from '../values/numbers';

interface Placed {
  /** Where the text of the node begins and ends, and what a fault of it points at: offsets in the source. */
  readonly start: number;
  readonly end: number;
  readonly at: number;
  /** Levels below and with this node. */
  readonly depth: number;
}

export type ConstantValue = null | boolean | number | string | WholeFloat;

export type UnaryOperator = 'not' | '+' | '-';
export type BinaryOperator =
  'and' | 'or' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | 'mod' | 'in' | '=~' | '!~' | '->';

/** `source => destination`. */
export interface RuleNode {
  readonly source: SyntaxNode;
  readonly destination: SyntaxNode;
}

/** An expression of either language as a tree; legacy ones use `model`, `legacy-in` and the logical operators. */
export type SyntaxNode = Placed &
  (
    | { readonly kind: 'constant'; readonly value: ConstantValue }
    /** A bare word: as a value, its own name. */
    | { readonly kind: 'word'; readonly name: string }
    /** `$x`; `$` is `$1`. */
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'attribute'; readonly target: SyntaxNode; readonly name: string; readonly isSafe: boolean }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly target: SyntaxNode | null;
        /** `?.`: null stays null. */
        readonly isSafe: boolean;
        readonly positional: readonly SyntaxNode[];
        readonly rules: readonly RuleNode[];
      }
    | { readonly kind: 'index'; readonly target: SyntaxNode; readonly positional: readonly SyntaxNode[] }
    | { readonly kind: 'list'; readonly items: readonly SyntaxNode[] }
    | { readonly kind: 'mapping'; readonly rules: readonly RuleNode[] }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: SyntaxNode }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: SyntaxNode;
        readonly right: SyntaxNode;
      }
    | { readonly kind: 'model'; readonly model: LegacyModel; readonly path: readonly string[] }
    | { readonly kind: 'legacy-in'; readonly left: SyntaxNode; readonly right: SyntaxNode }
    /** Stands for the value that a remembered chain starts from. */
    | { readonly kind: 'given' }
  );

export const LEGACY_MODELS = ['settings', 'cluster'] as const;
export type LegacyModel = (typeof LEGACY_MODELS)[number];

export type NodeOf<K extends SyntaxNode['kind']> = Extract<SyntaxNode, { readonly kind: K }>;

/** The nodes directly below. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const ofRules = (rules: readonly RuleNode[]): SyntaxNode[] =>
    rules.flatMap(({ source, destination }) => [source, destination]);
  switch (node.kind) {
    case 'constant':
    case 'word':
    case 'variable':
    case 'model':
    case 'given':
      return [];
    case 'attribute':
      return [node.target];
    case 'call':
      return [...(node.target ? [node.target] : []), ...node.positional, ...ofRules(node.rules)];
    case 'index':
      return [node.target, ...node.positional];
    case 'list':
      return node.items;
    case 'mapping':
      return ofRules(node.rules);
    case 'unary':
      return [node.operand];
    case 'binary':
    case 'legacy-in':
      return [node.left, node.right];
  }
}
