import type { Bus } from '@muster/messaging';
import { driverOfNode, type JsonObject, type PowerAction } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import {
  describeExecutors,
  executorsReply,
  INSPECTIONS_QUEUE,
  powerNode as powerQuestion,
  powerReply,
} from '@muster/protocol';
import type { DataSource } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { askExecutors } from '../executors/ask-executors';
import { writeFeedEvents } from '../feed/write-feed-events';
import { type NodeWay, wayToNode } from './ask-for-facts';
import type { NodeRow } from './node.entity';
import { clusterOfNode } from './node-drivers';
import { writeHistory } from './node-history';
import { findNode } from './node-view';
import { refuseNodesInUse } from './nodes-in-use';

/** Connecting, a minute for the command, and ending it. */
const PATIENCE_MS = 100_000;
const PRESENCE_MS = 5000;

export interface PowerWish {
  /** Of the request. */
  readonly id: string;
  readonly action: PowerAction;
  /** Name of the node that the driver's commands run on; null: the master node of its cluster. */
  readonly on: string | null;
  readonly force: boolean;
  readonly who: string;
  readonly why: string | null;
}

/**
 * Has an executor ask the node's driver, once. Throws what it was refused or failed with; where nobody answers, whether the
 * machine was switched is not known, and history and refusal say so.
 */
export async function powerNode(
  { database, bus }: { readonly database: DataSource; readonly bus: Bus },
  project: string,
  name: string,
  wish: PowerWish,
): Promise<{ readonly power: 'on' | 'off' | null; readonly output: string }> {
  const { manager } = database;
  const row = await findNode(manager, project, name);
  const changes = wish.action !== 'status';
  if (changes && !wish.force) await refuseNodesInUse(manager, [row]);
  const cluster = await clusterOfNode(manager, row);
  const driver = driverOfNode(row.driver, cluster?.driver ?? null);
  const carriedBy = driver.type === 'commands' ? (wish.on ?? cluster?.master ?? null) : name;
  if (carriedBy === null)
    throw new ProblemsError([
      problem('NODE_CARRIER_MISSING', {
        subject: `node ${name}`,
        summary:
          cluster === null
            ? 'It is in no cluster, so it has no master node.'
            : `Cluster ${cluster.name} names no master.`,
      }),
    ]);
  const { node: carrier, jumps } = await wayToCarrier(database, row, carriedBy);
  const { address, port, user, hostKey } = row;
  const told = { name, address: address ?? '', port, user, hostKey: hostKey ?? '' };
  const question = { node: told, carrier, jumps: [...jumps], driver: { ...driver } as JsonObject, action: wish.action };
  // First whether anybody is there: after that, silence means that nobody knows what became of it.
  await askExecutors(bus, describeExecutors, {}, executorsReply, PRESENCE_MS);
  if (changes) await noteAsked(database, row, wish, carriedBy);
  try {
    const answer = await askExecutors(bus, powerQuestion, question, powerReply, PATIENCE_MS, INSPECTIONS_QUEUE);
    if (changes) await noteOutcome(database, row, wish, 'done');
    return answer;
  } catch (error) {
    const isSilent = error instanceof ProblemsError && error.problems.some(({ code }) => code === 'API_UNAVAILABLE');
    if (changes) await noteOutcome(database, row, wish, isSilent ? 'unknown' : 'failed');
    throw isSilent ? unknownOutcome(name, 'No executor told what came of it.') : error;
  }
}

/** Not 503: whoever gets that asks again. */
function unknownOutcome(name: string, summary: string): ProblemsError {
  return new ProblemsError([
    problem('NODE_POWER_FAILED', {
      subject: `node ${name}`,
      summary: `${summary} Whether the machine was switched is not known.`,
      remedy: 'Ask for its status, and then once more.',
    }),
  ]);
}

/** Before anybody is asked, under the request's id: the same request again, after a planner died with it, switches nothing. */
async function noteAsked(database: DataSource, row: NodeRow, wish: PowerWish, carrier: string): Promise<void> {
  const { id, who, why, action, force } = wish;
  const data = { action, outcome: 'asked', on: carrier, ...(force ? { force } : {}), ...(why === null ? {} : { why }) };
  const there = await rowOf(database.manager, 'SELECT 1 FROM planner.node_history WHERE id = $1', [id]);
  if (there !== null) throw unknownOutcome(row.name, 'It was asked before, and nobody was there for the answer.');
  await writeHistory(database.manager, [{ id, nodeId: row.id, kind: 'power', who, data }]);
}

async function noteOutcome(database: DataSource, row: NodeRow, wish: PowerWish, outcome: string): Promise<void> {
  const { id, who, action } = wish;
  await database.transaction(async (on) => {
    await rowsOf(
      on,
      `UPDATE planner.node_history SET data = data || jsonb_build_object('outcome', $2::text) WHERE id = $1 RETURNING 1`,
      [id, outcome],
    );
    await writeFeedEvents(on, row.project, [
      { type: 'node.power', at: null, subject: { node: row.name }, data: { action, outcome, who } },
    ]);
  });
}

async function wayToCarrier({ manager }: DataSource, row: NodeRow, carrier: string): Promise<NodeWay> {
  return wayToNode(manager, carrier === row.name ? row : await findNode(manager, row.project, carrier));
}
