import { ProblemsError } from '@muster/problems';
import { rowsOf } from '../database/sql';
import { Loop } from '../running/loop';
import { catchUp, type EventParts } from './take-events';
import type { Logger } from '@muster/telemetry';

const EVERY_MS = 10_000;
/** A deployment that says nothing for so long is asked: its tasks may just be long, or its last event may be lost. */
const SILENT_SECONDS = 30;

/** Asks about deployments that have fallen silent. Several planners take turns, since the question itself is noted. */
export function followSilentDeployments(parts: EventParts, logger: Logger, onFailure: (error: unknown) => void): Loop {
  return new Loop({
    everyMs: EVERY_MS,
    onFailure,
    turn: async () => {
      const silent = await rowsOf<{ id: string; last_seq: number }>(
        parts.database.manager,
        `UPDATE planner.deployment SET heard_at = now() WHERE id IN (
           SELECT d.id FROM planner.deployment d
           WHERE d.ended_at IS NULL AND d.heard_at < now() - interval '${SILENT_SECONDS} seconds'
             AND EXISTS (SELECT 1 FROM planner.outgoing o WHERE o.deployment_id = d.id AND o.kind = 'start' AND o.answered_at IS NOT NULL AND o.refused IS NULL)
           ORDER BY d.heard_at LIMIT 20 FOR UPDATE SKIP LOCKED)
         RETURNING id, last_seq`,
      );
      for (const { id, last_seq } of silent) {
        await catchUp(parts, id, last_seq).catch((error: unknown) => {
          if (!(error instanceof ProblemsError)) throw error;
          logger.warn({ deployment: id, problems: error.problems }, 'a silent deployment cannot be asked about');
        });
      }
      return false;
    },
  });
}
