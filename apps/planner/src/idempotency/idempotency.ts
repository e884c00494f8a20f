import { setTimeout as pause } from 'node:timers/promises';
import { storableJson } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { DataSource } from 'typeorm';
import { rowOf } from '../database/sql';

/** How long a key is remembered, how long a request may run before it is taken for dead, how long a twin waits for it. */
const KEPT_HOURS = 24;
const LEASE_SECONDS = 120;
const WAIT_MS = 10_000;
const POLL_MS = 50;

/** The request that a key stands for. */
export interface KeyedRequest {
  readonly project: string;
  readonly principal: string;
  readonly key: string;
  /** Hash over everything that makes the request what it is. */
  readonly request: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface KeyState {
  readonly mine: boolean;
  /** Of a key that is mine: which of its lives this is. */
  readonly life: string;
  readonly request: string;
  readonly status: number | null;
  readonly answer: unknown;
}

/**
 * Runs `work` once per key: a later request with the same key gets the stored answer, a simultaneous one waits for it.
 * `life` is the same for `work` that is done again after its planner died, and another one once the key was forgotten.
 *
 * Fails with `API_IDEMPOTENCY_MISMATCH` if the key stands for another request, with `API_IDEMPOTENCY_RUNNING` if the
 * first one takes too long to wait for. An answer of 500 and above is not stored: trying again is the remedy for it.
 */
export async function runOnce(
  database: DataSource,
  request: KeyedRequest,
  work: (life: string) => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const deadline = performance.now() + WAIT_MS;
  let life: string;
  for (;;) {
    const state = await claimKey(database, request);
    life = state.life;
    if (state.mine) break;
    if (state.request !== request.request)
      throw refusal('API_IDEMPOTENCY_MISMATCH', request.key, 'The key was used for another request.');
    if (state.status !== null) return { status: state.status, body: state.answer };
    if (performance.now() > deadline)
      throw refusal('API_IDEMPOTENCY_RUNNING', request.key, 'The first request with this key still runs.');
    await pause(POLL_MS);
  }
  let answer: StoredAnswer;
  try {
    answer = await work(life);
  } catch (error) {
    await forgetKey(database, request);
    throw error;
  }
  if (answer.status >= 500) await forgetKey(database, request);
  else await storeAnswer(database, request, answer);
  return answer;
}

/** Removes keys that nobody is promised any more; tells how many. */
export async function forgetExpiredKeys(database: DataSource): Promise<number> {
  const row = await rowOf<{ count: string }>(
    database.manager,
    'WITH gone AS (DELETE FROM planner.idempotency_key WHERE expires_at < now() RETURNING 1) SELECT count(*) AS count FROM gone',
  );
  return Number(row?.count ?? 0);
}

async function claimKey(database: DataSource, { project, principal, key, request }: KeyedRequest): Promise<KeyState> {
  const mine = await rowOf<{ life: string }>(
    database.manager,
    `INSERT INTO planner.idempotency_key AS k (project, principal, key, request, leased_until, expires_at)
     VALUES ($1, $2, $3, $4, now() + interval '${LEASE_SECONDS} seconds', now() + interval '${KEPT_HOURS} hours')
     ON CONFLICT (project, principal, key) DO UPDATE
       SET request = excluded.request, status = NULL, answer = NULL, leased_until = excluded.leased_until,
         expires_at = CASE WHEN k.expires_at < now() THEN excluded.expires_at ELSE k.expires_at END
       WHERE k.expires_at < now() OR (k.status IS NULL AND k.leased_until < now() AND k.request = excluded.request)
     RETURNING extract(epoch FROM expires_at)::text AS life`,
    [project, principal, key, request],
  );
  if (mine !== null) return { mine: true, life: mine.life, request, status: null, answer: null };
  const there = await rowOf<Omit<KeyState, 'mine' | 'life'>>(
    database.manager,
    'SELECT request, status, answer FROM planner.idempotency_key WHERE project = $1 AND principal = $2 AND key = $3',
    [project, principal, key],
  );
  // Gone between the two statements: its first request failed; the next turn claims it.
  const other = { mine: false, life: '' };
  return there === null ? { ...other, request, status: null, answer: null } : { ...other, ...there };
}

async function storeAnswer(
  database: DataSource,
  { project, principal, key }: KeyedRequest,
  answer: StoredAnswer,
): Promise<void> {
  await rowOf(
    database.manager,
    'UPDATE planner.idempotency_key SET status = $4, answer = $5::jsonb WHERE project = $1 AND principal = $2 AND key = $3 RETURNING 1',
    [project, principal, key, answer.status, storableJson(answer.body ?? null)],
  );
}

async function forgetKey(database: DataSource, { project, principal, key }: KeyedRequest): Promise<void> {
  await rowOf(
    database.manager,
    'DELETE FROM planner.idempotency_key WHERE project = $1 AND principal = $2 AND key = $3 RETURNING 1',
    [project, principal, key],
  );
}

function refusal(
  code: 'API_IDEMPOTENCY_MISMATCH' | 'API_IDEMPOTENCY_RUNNING',
  key: string,
  summary: string,
): ProblemsError {
  return new ProblemsError([problem(code, { subject: `Idempotency-Key ${key}`, summary })]);
}
