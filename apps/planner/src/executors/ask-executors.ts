import { BusError, type Bus, makeEnvelope } from '@muster/messaging';
import { problem, ProblemsError } from '@muster/problems';
import { type MessageKind, QUESTIONS_QUEUE, type QueueTopology } from '@muster/protocol';
import type { z } from 'zod';

/** How long a question waits; the questions queue forgets it by then. */
const PATIENCE_MS = 10_000;

/**
 * Asks the executors, any of which may answer. Throws `ProblemsError`: what they refused with, or `API_UNAVAILABLE`
 * when none answers, naming what was asked.
 */
export async function askExecutors<Question, Answer>(
  bus: Bus,
  kind: MessageKind<Question>,
  question: Question,
  answer: z.ZodType<Answer>,
  patienceMs: number = PATIENCE_MS,
  queue: QueueTopology = QUESTIONS_QUEUE,
): Promise<Answer> {
  const reply = await bus.request(queue, makeEnvelope(kind, question), patienceMs).catch((error: unknown) => {
    if (error instanceof BusError) throw unavailable(kind.schema, describeBusFailure(error));
    throw error;
  });
  if (!reply.ok) throw new ProblemsError(reply.problems);
  const read = answer.safeParse(reply.body);
  if (!read.success) throw unavailable(kind.schema, NOT_UNDERSTOOD);
  return read.data;
}

const NOT_UNDERSTOOD =
  'An executor answered with something that this planner does not understand; they may be of versions too far apart.';

/** The refusal when executors or the broker do not answer. */
export function unavailable(subject: string, summary: string): ProblemsError {
  return new ProblemsError([problem('API_UNAVAILABLE', { subject, summary })]);
}

/** What did not work, for people. */
export function describeBusFailure(error: BusError): string {
  switch (error.failure) {
    case 'timeout':
      return 'No executor answered in time.';
    case 'disconnected':
      return 'The broker is not connected.';
    case 'unroutable':
    case 'refused':
      return 'The broker did not take the message.';
    case 'too-large':
      return 'The message is larger than the broker may carry.';
    case 'malformed':
      return NOT_UNDERSTOOD;
    case 'closed':
      return 'This planner is shutting down.';
  }
}
