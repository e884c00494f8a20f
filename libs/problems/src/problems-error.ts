import { formatProblem } from './make-problem';
import type { Problem } from './problem';

/** Carries problems across code that cannot return them; caught at the edge, which reports all of them. */
export class ProblemsError extends Error {
  constructor(
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map(formatProblem).join('\n'), options);
    this.name = 'ProblemsError';
  }
}

/** We were wrong: names the invariant that broke. Never caught to go on with the same deployment. */
export class InvariantBroken extends Error {
  constructor(invariant: string) {
    super(`invariant broken: ${invariant}`);
    this.name = 'InvariantBroken';
  }
}

/** Throws `InvariantBroken` unless `claim` holds. */
export function invariant(claim: unknown, text: string): asserts claim {
  if (!claim) throw new InvariantBroken(text);
}
