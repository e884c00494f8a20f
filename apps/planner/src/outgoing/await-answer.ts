import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';
import type { PlannerNudges } from '../running/planner-nudges';

/** How late an answer that another planner got may be seen. */
const POLL_MS = 200;

/** Has a stored command sent now and waits a while for its answer, whichever planner gets it. */
export async function awaitAnswer(
  database: DataSource,
  nudges: PlannerNudges,
  command: string,
  patienceMs: number,
): Promise<void> {
  nudges.nudge('outgoing');
  await waitWhile(
    nudges,
    `answered:${command}`,
    patienceMs,
    async () =>
      (await rowOf(database.manager, 'SELECT 1 FROM planner.outgoing WHERE id = $1 AND answered_at IS NULL', [
        command,
      ])) !== null,
  );
}

/** Waits a while until the log tells what came of a command that was accepted, whichever planner is told. */
export async function awaitEffect(
  database: DataSource,
  nudges: PlannerNudges,
  command: string,
  patienceMs: number,
): Promise<void> {
  await waitWhile(
    nudges,
    'recorded',
    patienceMs,
    async () =>
      (await rowOf(
        database.manager,
        `SELECT 1 FROM planner.control c JOIN planner.outgoing o ON o.id = c.id
         WHERE c.id = $1 AND c.taken_at IS NULL AND o.refused IS NULL`,
        [command],
      )) !== null,
  );
}

async function waitWhile(
  nudges: PlannerNudges,
  topic: Parameters<PlannerNudges['wait']>[0],
  patienceMs: number,
  isOpen: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline && (await isOpen())) await nudges.wait(topic, POLL_MS);
}
