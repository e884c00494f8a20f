import { problem, ProblemsError } from '@muster/problems';

/** How far a reader is: an attempt, and a byte offset in each of its streams. */
export interface OutputCursor {
  readonly attempt: number;
  readonly stdout: number;
  readonly stderr: number;
}

export function printCursor({ attempt, stdout, stderr }: OutputCursor): string {
  return `${attempt}.${stdout}.${stderr}`;
}

/** Throws `API_INVALID` for a text that no stream has given as an id. */
export function parseCursor(text: string): OutputCursor {
  const read = /^(\d{1,9})\.(\d{1,15})\.(\d{1,15})$/.exec(text);
  if (read === null)
    throw new ProblemsError([
      problem('API_INVALID', { subject: 'header Last-Event-ID', summary: 'This is no id of an output stream.' }),
    ]);
  return { attempt: Number(read[1]), stdout: Number(read[2]), stderr: Number(read[3]) };
}
