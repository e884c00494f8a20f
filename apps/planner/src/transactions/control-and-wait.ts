import { awaitAnswer, awaitEffect } from '../outgoing/await-answer';
import type { PlannerNudges } from '../running/planner-nudges';
import {
  type ControlEffect,
  type ControlledTransaction,
  type ControlParts,
  controlTransaction,
  type ControlWish,
  effectOf,
} from './control-transaction';

/** How long the executors' answer to a start is waited for. It is not lost if it comes later. */
export const START_ANSWER_MS = 5000;
export const CONTROL_ANSWER_MS = 2000;
const CONTROL_EFFECT_MS = 1000;

/** What whoever asked is told: an owner has read it, or it is kept until one does. */
export interface ControlAnswer extends ControlEffect {
  readonly command: string;
}

/** Controls a transaction and waits a moment for what comes of it. Throws `ProblemsError` when it is refused. */
export async function controlAndWait(
  parts: ControlParts & { readonly nudges: PlannerNudges },
  of: ControlledTransaction,
  command: string,
  wish: ControlWish,
  who: string,
): Promise<ControlAnswer> {
  const { database, nudges } = parts;
  const sent = await controlTransaction(parts, of, command, wish, who);
  nudges.nudge('recorded');
  nudges.nudge('advance');
  if (sent === command) {
    await awaitAnswer(database, nudges, command, CONTROL_ANSWER_MS);
    await awaitEffect(database, nudges, command, CONTROL_EFFECT_MS);
  } else await awaitAnswer(database, nudges, sent, START_ANSWER_MS);
  return { command, ...(await effectOf(database.manager, of.transaction, sent, wish.verb)) };
}
