import type { DeploymentEvent } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { isStop, stopWhatFollows } from './stop-later';

/** What the log says of a command: its owner has read it, or it found the deployment ended. */
export type ControlEvent = DeploymentEvent & { readonly type: 'control' };

/** What came of a control command, as its sender is told: taken, or there was nothing left to control. */
export type ControlEffect = 'taken' | 'too-late';

/**
 * Notes what came of commands; one that would have stopped a transaction and found a graph ended stops what follows.
 * Runs in the database transaction that applies the events, after them.
 */
export async function noteEffects(
  on: EntityManager,
  transaction: string,
  run: number,
  controls: readonly ControlEvent[],
): Promise<void> {
  if (controls.length === 0) return;
  const effects: ControlEffect[] = [];
  for (const { command, verb, who, why, tooLate } of controls) {
    const isTaken =
      !tooLate || (isStop(verb) && (await stopWhatFollows(on, transaction, run, { command, verb, who, why })));
    effects.push(isTaken ? 'taken' : 'too-late');
  }
  await rowsOf(
    on,
    `UPDATE planner.outgoing AS o SET effect = c.effect FROM unnest($1::text[], $2::text[]) AS c (id, effect)
     WHERE o.id::text = c.id AND o.kind = 'control' RETURNING 1`,
    [controls.map(({ command }) => command), effects],
  );
}
