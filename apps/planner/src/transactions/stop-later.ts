import { isDeploymentEnd, type ControlVerb, type DeploymentStatus } from '@muster/model';
import type { EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { uuidOf } from '../http/new-id';
import { writeOutgoing } from '../outgoing/write-outgoing';
import { tellEnd } from './tell-end';
import { releaseClaims } from './release-claims';

/** A wish to end a whole transaction. */
export interface StopWish {
  /** Id of the command that brought it. */
  readonly command: string;
  readonly verb: 'cancel' | 'drain';
  readonly who: string;
  readonly why: string | null;
}

/** True for the verbs that are about the transaction, and not only about the graph that runs. */
export function isStop(verb: ControlVerb): verb is StopWish['verb'] {
  return verb === 'cancel' || verb === 'drain';
}

interface Going {
  readonly id: string;
  readonly state: DeploymentStatus;
  readonly advance_due: boolean;
  readonly runs: number;
  readonly graphs: readonly string[];
}

/**
 * A stop that found deployment `run` ended: it is for whatever follows in the transaction. Between graphs the
 * transaction ends at once, a next graph that was sent is sent the stop, and while the planner has not been told the
 * deployment's end it is kept until then. False if nothing follows, so that the stop was too late.
 * The caller may hold the deployment's row lock; the transaction's is taken here.
 */
export async function stopWhatFollows(
  on: EntityManager,
  transaction: string,
  run: number,
  wish: StopWish,
): Promise<boolean> {
  const row = await rowOf<Going>(
    on,
    'SELECT id, state, advance_due, runs, graphs FROM planner.transaction WHERE id = $1 FOR UPDATE',
    [transaction],
  );
  if (row === null || isDeploymentEnd(row.state)) return false;
  if (row.advance_due) {
    await endBetweenGraphs(on, row.id, wish);
    return true;
  }
  if (row.runs > run) {
    await sendToNewest(on, row, wish);
    return true;
  }
  const ended = await rowOf<{ graph_index: number }>(
    on,
    'SELECT graph_index FROM planner.deployment WHERE transaction_id = $1 AND run = $2',
    [transaction, run],
  );
  if (ended === null || ended.graph_index + 1 >= row.graphs.length) return false;
  await rowsOf(
    on,
    'UPDATE planner.transaction SET stop_asked = coalesce(stop_asked, $2::jsonb) WHERE id = $1 RETURNING 1',
    [transaction, JSON.stringify(wish)],
  );
  return true;
}

/** Ends a transaction that has no graph running and another one due. The caller holds its row lock. */
export async function endBetweenGraphs(on: EntityManager, id: string, { verb, who, why }: StopWish): Promise<void> {
  const state = verb === 'cancel' ? 'cancelled' : 'stopped';
  await rowsOf(
    on,
    'UPDATE planner.transaction SET state = $2, ended_at = now(), advance_due = false, stop_asked = NULL WHERE id = $1 RETURNING 1',
    [id, state],
  );
  await releaseClaims(on, id);
  const text = `${verb} by ${why === null ? who : `${who}: ${why}`}, before the next graph`;
  await tellEnd(on, id, { state, text }, null);
}

async function sendToNewest(on: EntityManager, { id, runs }: Going, wish: StopWish): Promise<void> {
  const { command, verb, who, why } = wish;
  const newest = await rowOf<{ id: string }>(
    on,
    'SELECT id FROM planner.deployment WHERE transaction_id = $1 AND run = $2',
    [id, runs],
  );
  if (newest === null) return;
  const body = { deployment: newest.id, verb, who, why };
  await writeOutgoing(on, uuidOf(`control ${command} run ${runs}`), newest.id, { kind: 'control', body });
}
