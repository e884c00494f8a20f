import { ApiError, ServerUnreachable } from '@muster/client';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { ExitCode, exitCodeOfStatus } from './exit-code';
import type { Io } from './io/io';
import { reportProblems } from './io/report-problems';

/** What went wrong, as problems, and the exit code that stands for it; null for a bug of ours. */
function failureOf(error: unknown): { problems: readonly Problem[]; exitCode: ExitCode } | null {
  if (error instanceof ProblemsError) return { problems: error.problems, exitCode: ExitCode.error };
  if (error instanceof ApiError) return { problems: error.problems, exitCode: exitCodeOfStatus(error.status) };
  if (error instanceof ServerUnreachable && error.name === 'IssuerUnreachable') {
    const summary = `The sign-in could not be renewed: ${error.message}`;
    const remedy = 'Try again when the issuer answers.';
    return {
      problems: [problem('LOCAL_SIGN_IN', { subject: error.server, summary, remedy })],
      exitCode: ExitCode.unreachable,
    };
  }
  if (error instanceof ServerUnreachable) {
    const unreachable = problem('SERVER_UNREACHABLE', { subject: error.server, summary: error.message });
    return { problems: [unreachable], exitCode: ExitCode.unreachable };
  }
  return null;
}

/** Reports why a command failed: text on stderr, with `-o json` also the problems on stdout. */
export function reportFailure(io: Io, error: unknown, json: boolean): ExitCode {
  const failure = failureOf(error);
  if (!failure) {
    io.stderr.write(
      `muster failed, and it is not your fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return ExitCode.error;
  }
  if (json) io.stdout.write(`${JSON.stringify({ problems: failure.problems })}\n`);
  reportProblems(io, failure.problems);
  return failure.exitCode;
}
