import { formatProblem, type Problem } from '@muster/problems';

/** The server refused: carries everything it said. `problems` is never empty. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problems: readonly Problem[],
  ) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ApiError';
  }

  /** True if one of the problems has that code. */
  has(code: Problem['code']): boolean {
    return this.problems.some((each) => each.code === code);
  }
}

/** No answer came from `server`: refused, reset, timed out or not found. A write may or may not have taken effect. */
export class ServerUnreachable extends Error {
  constructor(
    readonly server: string,
    options: { cause: unknown },
  ) {
    super(`no answer from ${server}: ${whyUnreachable(options.cause)}`, options);
    this.name = 'ServerUnreachable';
  }
}

/** The innermost cause in a few words: fetch itself says no more than "fetch failed". */
function whyUnreachable(error: unknown): string {
  let innermost: unknown = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  if (!(innermost instanceof Error)) return String(innermost);
  const code = 'code' in innermost && typeof innermost.code === 'string' ? innermost.code : '';
  return innermost.message || code || innermost.name;
}
