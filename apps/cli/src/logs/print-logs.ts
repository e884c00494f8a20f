import type { LostOutput, OutputChunk } from '@muster/client';
import { ExitCode } from '../exit-code';
import { shownText } from '../io/shown-text';
import type { Session } from '../session';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly attempt?: number;
}

/** Prints output, as it comes with `--follow`. Ctrl-C ends the printing and nothing else. */
export async function printLogs(
  session: Session,
  transaction: string,
  task: string,
  options: LogsOptions,
): Promise<ExitCode> {
  const { transactions } = await session.client();
  const { follow, attempt } = options;
  if (!follow) {
    const { chunks, lost = [] } = await transactions.output(transaction, task, attempt);
    for (const chunk of chunks) print(session, chunk);
    sayLost(session, lost);
    return ExitCode.success;
  }
  const stop = new AbortController();
  const stopListening = session.io.onInterrupt(() => stop.abort('detached'));
  try {
    const filter = attempt === undefined ? {} : { attempt };
    const onLost = (lost: readonly LostOutput[]) => sayLost(session, lost);
    for await (const chunk of transactions.followOutput(transaction, task, { signal: stop.signal, onLost, ...filter }))
      print(session, chunk);
    return ExitCode.success;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    session.say(`detached; come back with: muster logs ${transaction} ${task} -f`);
    return ExitCode.unfinished;
  } finally {
    stopListening();
  }
}

/** The end of what a task wrote is often the part that matters: nobody may think that this was all. */
function sayLost(session: Session, lost: readonly LostOutput[]): void {
  for (const { attempt, stream, bytes, removedAt } of lost) {
    if (removedAt === undefined)
      session.say(`${bytes} more bytes of ${stream} of attempt ${attempt} were written and not kept`);
    else
      session.say(
        `${bytes > 0 ? `${bytes} bytes` : 'all bytes'} of ${stream} of attempt ${attempt} were removed at ${removedAt}`,
      );
  }
}

function print(session: Session, chunk: OutputChunk): void {
  const { stdout } = session.io;
  if (session.json) {
    const { attempt, offset, stream, text, base64 } = chunk;
    stdout.write(`${JSON.stringify({ attempt, offset, stream, text, base64 })}\n`);
  } else {
    // Into a pipe go the bytes as they are; a terminal must not be told what to do by a node.
    const bytes = chunk.base64 === undefined ? chunk.text : Buffer.from(chunk.base64, 'base64');
    stdout.write(stdout.isTerminal ? shownText(chunk.text) : bytes);
  }
}
