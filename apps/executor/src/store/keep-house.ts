import type { Pool } from 'pg';
import type { ExecutorArtifacts } from '../executor-ports';

const DAY_MS = 24 * 3_600_000;
/** Answers are for commands that come again, which a planner does within minutes of being there. */
const ANSWERS_KEPT_DAYS = 30;
/** Artifacts are a cache of the planner's: what is needed again is fetched again. */
const ARTIFACTS_KEPT_DAYS = 7;

/** Forgets answers that nobody will ask for any more. The answers of deployments that go on stay. */
export async function forgetAnswers(pool: Pool): Promise<void> {
  await pool.query(
    `DELETE FROM executor.answer WHERE answered_at < clock_timestamp() - $1 * interval '1 day'
       AND NOT EXISTS (SELECT FROM executor.command c JOIN executor.deployment d ON d.id = c.deployment_id
                        WHERE c.id = answer.command_id AND d.ended_at IS NULL)`,
    [ANSWERS_KEPT_DAYS],
  );
}

/** Removes artifacts that no deployment needs which has not ended, or has just ended. For a store of the executors' own. */
export async function removeArtifacts(pool: Pool, artifacts: ExecutorArtifacts): Promise<void> {
  const { rows } = await pool.query<{ digest: string }>(
    `SELECT DISTINCT needed->>'digest' AS digest FROM executor.deployment, jsonb_array_elements(start->'artifacts') AS needed
      WHERE ended_at IS NULL OR ended_at > clock_timestamp() - interval '1 day'`,
  );
  await artifacts.removeUnused(new Set(rows.map(({ digest }) => digest)), ARTIFACTS_KEPT_DAYS * DAY_MS);
}

const EVERY_MS = 3_600_000;

/** Does both now and each hour, until the function returned is called, which waits for what is under way. */
export function keepHouse(
  pool: Pool,
  own: ExecutorArtifacts | null,
  onFailure: (error: unknown) => void,
): () => Promise<void> {
  let turn = Promise.resolve();
  const begin = (): void => {
    turn = (async () => {
      await forgetAnswers(pool);
      if (own !== null) await removeArtifacts(pool, own);
    })().catch(onFailure);
  };
  begin();
  const timer = setInterval(begin, EVERY_MS);
  return async () => {
    clearInterval(timer);
    await turn;
  };
}
