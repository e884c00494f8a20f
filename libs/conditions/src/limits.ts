/** What one expression may cost. Each bound is checked while evaluating, before the work that would pass it. */
export interface ExpressionLimits {
  /** Characters of the source. */
  readonly sourceLength: number;
  /** Levels of nesting in the source: parentheses, operands, arguments, and links of a chain (`$.a.b` has two). */
  readonly sourceDepth: number;
  /** Steps of one evaluation: calls, and values that are compared, printed or looked through. */
  readonly steps: number;
  /** Values that are put into new lists, sets and mappings in one evaluation. */
  readonly items: number;
  /** Characters (UTF-16 units) of all texts that are made in one evaluation. */
  readonly characters: number;
  /** Functions inside functions: recursion through `def`, and predicates inside predicates. */
  readonly callDepth: number;
  /** Levels of lists and mappings inside each other. */
  readonly valueDepth: number;
}

export const EXPRESSION_LIMITS: ExpressionLimits = {
  sourceLength: 20_000,
  sourceDepth: 200,
  steps: 1_000_000,
  items: 1_000_000,
  characters: 8_000_000,
  callDepth: 50,
  valueDepth: 100,
};

/** Characters of one description of what changed. */
export const CHANGE_TEXT_MAX = 200;
/** Descriptions of changes of one evaluation; further ones are left out. */
export const CHANGES_MAX = 10;
/** Steps between two questions whether the caller's time is up. */
export const STEPS_BETWEEN_QUESTIONS = 1024;
/** Steps that an evaluation costs whatever it does. */
export const STEPS_TO_START = 10;
