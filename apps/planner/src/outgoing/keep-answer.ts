import { storableJson } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { ControlDeployment } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { failStart } from '../transactions/fail-start';
import { isStop, stopWhatFollows } from '../transactions/stop-later';
import type { OutgoingKind } from './outgoing.entity';
import type { CommandAnswer } from './send-command';

interface OpenCommand {
  readonly id: string;
  readonly kind: OutgoingKind;
  readonly deployment: string;
  readonly body: unknown;
}

/**
 * Records what the executors answered, and what follows from it: a refused start ends its deployment, a refused stop is
 * for what follows that deployment. The effect of an accepted command comes back as an event, not here.
 */
export async function keepAnswer(
  on: EntityManager,
  command: OpenCommand,
  answer: Extract<CommandAnswer, { kind: 'accepted' | 'refused' }>,
): Promise<void> {
  // Locked in the order in which everybody locks: the deployment first.
  const deployment = await rowOf<{ transaction_id: string; run: number }>(
    on,
    'SELECT transaction_id, run FROM planner.deployment WHERE id = $1 FOR UPDATE',
    [command.deployment],
  );
  const mine = await rowsOf(
    on,
    // The body has done its work; that of a start holds a whole graph.
    "UPDATE planner.outgoing SET answered_at = now(), body = '{}' WHERE id = $1 AND answered_at IS NULL RETURNING 1",
    [command.id],
  );
  if (mine.length === 0 || answer.kind === 'accepted' || deployment === null) return;
  const { transaction_id: transaction, run } = deployment;
  if (command.kind === 'control' && (await isForWhatFollows(on, transaction, run, command))) {
    await rowsOf(on, 'UPDATE planner.control SET taken_at = now() WHERE id = $1 RETURNING 1', [command.id]);
    return;
  }
  const problems = answer.problems.map((each) => inOurWords(each, command.deployment, transaction));
  await rowsOf(on, 'UPDATE planner.outgoing SET refused = $2::jsonb WHERE id = $1 RETURNING 1', [
    command.id,
    storableJson(problems),
  ]);
  if (command.kind === 'start') await failStart(on, command.deployment, problems);
}

async function isForWhatFollows(
  on: EntityManager,
  transaction: string,
  run: number,
  { id, body }: OpenCommand,
): Promise<boolean> {
  const { verb, who, why } = body as ControlDeployment;
  return isStop(verb) && (await stopWhatFollows(on, transaction, run, { command: id, verb, who, why }));
}

/** Executors know deployments; who asked knows the transaction. */
function inOurWords(each: Problem, deployment: string, transaction: string): Problem {
  return each.subject === `deployment ${deployment}` ? { ...each, subject: `transaction ${transaction}` } : each;
}
