import { storableJson } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { failStart } from '../transactions/fail-start';
import type { OutgoingKind } from './outgoing.entity';
import type { CommandAnswer } from './send-command';

/**
 * Records what the executors answered, and what follows from it: a refused start ends its deployment. The effect of an
 * accepted command comes back as an event, not here.
 */
export async function keepAnswer(
  on: EntityManager,
  command: { readonly id: string; readonly kind: OutgoingKind; readonly deployment: string },
  answer: Exclude<CommandAnswer, { kind: 'unanswered' }>,
): Promise<void> {
  const problems: readonly Problem[] = answer.kind === 'refused' ? answer.problems : [];
  // Locked in the order in which everybody locks: the deployment first.
  await rowOf(on, 'SELECT 1 FROM planner.deployment WHERE id = $1 FOR UPDATE', [command.deployment]);
  const mine = await rowsOf(
    on,
    // The body has done its work; that of a start holds a whole graph.
    "UPDATE planner.outgoing SET answered_at = now(), refused = $2::jsonb, body = '{}' WHERE id = $1 AND answered_at IS NULL RETURNING 1",
    [command.id, answer.kind === 'refused' ? storableJson(problems) : null],
  );
  if (mine.length > 0 && answer.kind === 'refused' && command.kind === 'start')
    await failStart(on, command.deployment, problems);
}
