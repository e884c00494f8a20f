import { ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { statusOf } from '../http/problem-status';
import { type AuditEntry, outcomeOf, writeAudit } from './write-audit';

/** Does what a message from the broker asks for, and records it with what came of it before it is answered. */
export async function recordMessage<Answer>(
  on: EntityManager,
  entry: Pick<AuditEntry, 'project' | 'who' | 'what' | 'subject' | 'why'>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const record = (status: number, code: string | null): Promise<void> =>
    writeAudit(on, { ...entry, fromAddress: 'broker', outcome: outcomeOf(status), status, code });
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    const problems = error instanceof ProblemsError ? error.problems : [];
    await record(problems.length > 0 ? statusOf(problems) : 500, problems[0]?.code ?? null);
    throw error;
  }
  await record(200, null);
  return answer;
}
