import type { Bundle } from '@muster/model';
import { problem, type Problem, type ProblemInput } from '@muster/problems';

/** What is written of names that clash while bundles become one. */
export class Names {
  constructor(
    private readonly bundle: Bundle,
    private readonly problems: Problem[],
  ) {}

  /** `what` (`role db.web`) is there already, and an included release brings it. */
  clash(what: string, includedAs: string, release: string, place?: ProblemInput['place']): void {
    this.problems.push(
      problem('BUNDLE_CLASH', {
        subject: what,
        summary: `is in ${this.bundle.name}@${this.bundle.version} and comes from ${release}, which it includes as ${includedAs}`,
        ...(place ? { place } : {}),
      }),
    );
  }
}
