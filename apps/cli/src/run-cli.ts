import { CommanderError } from 'commander';
import type { Run } from './define-command';
import { ExitCode } from './exit-code';
import type { Io } from './io/io';
import { makeProgram } from './program';
import { reportFailure } from './report-failure';

/** Runs one command line (without the program's own name) and answers with its exit code. Never rejects. */
export async function runCli(args: readonly string[], io: Io): Promise<ExitCode> {
  const run: Run = { io, exitCode: ExitCode.success };
  try {
    await makeProgram(run).parseAsync([...args], { from: 'user' });
    return run.exitCode;
  } catch (error) {
    // Help and version end this way too; what there is to say commander has said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.error;
    return reportFailure(io, error, wantsJson(args));
  }
}

/** Read without commander, since a command line may be wrong in any other place. */
function wantsJson(args: readonly string[]): boolean {
  return args.some(
    (each, index) =>
      /^(-o=?|--output=)json$/.test(each) || (each === 'json' && /^(-o|--output)$/.test(args[index - 1] ?? '')),
  );
}
