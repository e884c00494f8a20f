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
  const deadline = performance.now() + patienceMs;
  nudges.nudge('outgoing');
  while (performance.now() < deadline) {
    const open = await rowOf(database.manager, 'SELECT 1 FROM planner.outgoing WHERE id = $1 AND answered_at IS NULL', [
      command,
    ]);
    if (open === null) return;
    await nudges.wait(`answered:${command}`, POLL_MS);
  }
}
