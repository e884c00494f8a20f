import { type SecretBox, SecretValue } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { DataSource, EntityManager } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import { lastFeedNumber } from '../feed/read-feed';
import type { Editing } from '../http/editing';
import { requireMatch } from '../http/etag';
import { CURSOR_PART, type Page, pageOf, type PageQuery, readCursor } from '../http/paging';
import { webhookProblems } from './check-webhook';
import { newWebhookSecret } from './sign-webhook';
import type { CreateWebhookDto, DeliveryDto, DeliveryQuery, EditWebhookDto, WebhookDto } from './webhook.dto';
import { WebhookRow } from './webhook.entity';
import type { WebhookSettings } from './webhook-settings';

/** How long an old secret signs beside the new one. */
const OLD_SECRET_HOURS = 24;
const WEBHOOKS_MAX = 100;

export interface WebhookStore {
  readonly database: DataSource;
  readonly secretBox: SecretBox;
  readonly webhooks: WebhookSettings;
}

/** By name. */
export async function listWebhooks(on: EntityManager, project: string, query: PageQuery): Promise<Page<WebhookDto>> {
  const after = readCursor(query.cursor, CURSOR_PART.name)?.[0] ?? '';
  const rows = await on
    .createQueryBuilder(WebhookRow, 'w')
    .where('w.project = :project AND w.name > :after', { project, after })
    .orderBy('w.name')
    .take(query.limit + 1)
    .getMany();
  return pageOf(rows, query.limit, (row) => [row.name], webhookView);
}

/** Throws `API_NOT_FOUND`. */
export async function findWebhook(on: EntityManager, project: string, name: string): Promise<WebhookRow> {
  const row = await on.findOneBy(WebhookRow, { project, name });
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', { subject: `webhook ${name.slice(0, 128)}`, summary: 'There is no such webhook.' }),
  ]);
}

/** Throws with everything that is wrong, or `WEBHOOK_EXISTS`; the same request again under its id finds what it made. */
export async function createWebhook(
  { database, secretBox, webhooks }: WebhookStore,
  id: string,
  { project, who }: Editing,
  wish: CreateWebhookDto,
): Promise<WebhookRow> {
  const problems = await webhookProblems(wish.name, wish, webhooks);
  if (problems.length > 0) throw new ProblemsError(problems);
  return database.transaction(async (on) => {
    const { count } = (await rowOf<{ count: string }>(
      on,
      'SELECT count(*) AS count FROM planner.webhook WHERE project = $1',
      [project],
    )) ?? { count: '0' };
    if (Number(count) >= WEBHOOKS_MAX)
      throw new ProblemsError([
        problem('WEBHOOK_EXISTS', {
          subject: `project ${project}`,
          summary: `It has ${WEBHOOKS_MAX} webhooks, which is as many as there may be.`,
          remedy: 'Remove one that nobody needs.',
        }),
      ]);
    const last = Math.min(wish.after ?? Number.MAX_SAFE_INTEGER, await lastFeedNumber(on));
    await rowsOf(
      on,
      `INSERT INTO planner.webhook (id, project, name, url, kinds, cluster, secret, state, last, who)
       VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, 'active', $8, $9) ON CONFLICT DO NOTHING RETURNING 1`,
      [
        ...[id, project, wish.name, wish.url, wish.kinds, wish.cluster ?? null],
        ...[JSON.stringify(secretBox.seal(new SecretValue(wish.secret ?? newWebhookSecret()))), last, who],
      ],
    );
    const row = await on.findOneByOrFail(WebhookRow, { project, name: wish.name });
    if (row.id === id) return row;
    throw new ProblemsError([
      problem('WEBHOOK_EXISTS', {
        subject: `webhook ${wish.name}`,
        summary: `It was made by ${row.who} at ${row.createdAt.toISOString()}.`,
      }),
    ]);
  });
}

/** Changes what is given; every change stops what is being delivered under the old word. */
export async function editWebhook(
  { database, webhooks }: WebhookStore,
  editing: Editing,
  name: string,
  wish: EditWebhookDto,
): Promise<WebhookRow> {
  await findWebhook(database.manager, editing.project, name);
  const problems = await webhookProblems(name, wish, webhooks);
  if (problems.length > 0) throw new ProblemsError(problems);
  return change(database, editing, name, (row) => {
    const { url, kinds, cluster, state } = wish;
    Object.assign(row, {
      ...(url === undefined ? {} : { url }),
      ...(kinds === undefined ? {} : { kinds }),
      ...(cluster === undefined ? {} : { cluster }),
    });
    if (state === 'disabled' && row.state === 'active')
      Object.assign(row, { state, disabledWhy: `disabled by ${editing.who}` });
    if (state === 'active') Object.assign(row, { state, disabledWhy: null });
    // Whatever stood in the way may be gone: it is tried at once.
    tryNow(row);
  });
}

/** Sends everything from a number on (again), in order. Throws `WEBHOOK_INVALID` for a number that there is none of yet. */
export async function replayWebhook(
  database: DataSource,
  editing: Editing,
  name: string,
  from: number,
): Promise<WebhookRow> {
  const last = await lastFeedNumber(database.manager);
  if (from > last + 1)
    throw new ProblemsError([
      problem('WEBHOOK_INVALID', {
        subject: `webhook ${name.slice(0, 128)}`,
        summary: `The last event has the number ${last}.`,
        remedy: 'Give a number that an event has.',
        place: { path: 'from' },
      }),
    ]);
  return change(database, editing, name, (row) => {
    row.last = String(from - 1);
    tryNow(row);
  });
}

/** Gives a new secret; the old one signs beside it for a day. */
export async function rotateSecret(
  { database, secretBox, webhooks }: WebhookStore,
  editing: Editing,
  name: string,
  secret: string | undefined,
): Promise<WebhookRow> {
  const problems = await webhookProblems(name, secret === undefined ? {} : { secret }, webhooks);
  if (problems.length > 0) throw new ProblemsError(problems);
  return change(database, editing, name, (row) => {
    row.oldSecret = row.secret;
    row.oldSecretUntil = new Date(Date.now() + OLD_SECRET_HOURS * 3_600_000);
    row.secret = secretBox.seal(new SecretValue(secret ?? newWebhookSecret()));
  });
}

export async function removeWebhook(database: DataSource, editing: Editing, name: string): Promise<void> {
  await database.transaction(async (on) => {
    const row = await lock(on, editing, name);
    await on.delete(WebhookRow, { id: row.id });
  });
}

/** Newest first. */
export async function listDeliveries(
  on: EntityManager,
  webhook: WebhookRow,
  query: DeliveryQuery,
): Promise<Page<DeliveryDto>> {
  const after = readCursor(query.cursor, CURSOR_PART.id)?.[0] ?? null;
  const rows = await rowsOf<{
    id: string;
    number: string;
    kind: string;
    at: Date;
    duration_ms: number;
    status: number | null;
    failure: string | null;
    excerpt: string | null;
  }>(
    on,
    `SELECT id, number, kind, at, duration_ms, status, failure, excerpt FROM planner.webhook_delivery
     WHERE webhook_id = $1 AND ($2::bool IS NULL OR (failure IS NOT NULL) = $2) AND ($3::bigint IS NULL OR number = $3)
       AND ($4::uuid IS NULL OR (at, id) < (SELECT at, id FROM planner.webhook_delivery WHERE id = $4::uuid))
     ORDER BY at DESC, id DESC LIMIT $5`,
    [webhook.id, query.failed ?? null, query.number ?? null, after, query.limit + 1],
  );
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    ({ number, kind, at, duration_ms: durationMs, status, failure, excerpt }) => ({
      ...{ number: Number(number), kind, at: at.toISOString(), durationMs, status, failure, excerpt },
    }),
  );
}

export function webhookView(row: WebhookRow): WebhookDto {
  const { name, url, kinds, cluster, state, disabledWhy, failures, lastFailure, who } = row;
  return {
    ...{ name, url, kinds, cluster, state, disabledWhy, last: Number(row.last), failures, lastFailure, who },
    failingSince: row.failingSince?.toISOString() ?? null,
    nextTryAt: failures > 0 && state === 'active' ? row.dueAt.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    etag: String(row.version),
  };
}

async function change(
  database: DataSource,
  editing: Editing,
  name: string,
  make: (row: WebhookRow) => void,
): Promise<WebhookRow> {
  return database.transaction(async (on) => {
    const row = await lock(on, editing, name);
    make(row);
    // Whoever delivers now has begun under the version before, and moves nothing any more.
    return on.save(WebhookRow, { ...row, version: row.version + 1, owner: null, leasedUntil: null });
  });
}

async function lock(on: EntityManager, { project, ifMatch }: Editing, name: string): Promise<WebhookRow> {
  await rowOf(on, 'SELECT 1 FROM planner.webhook WHERE project = $1 AND name = $2 FOR UPDATE', [project, name]);
  const row = await findWebhook(on, project, name);
  requireMatch(ifMatch, String(row.version), `webhook ${name}`);
  return row;
}

function tryNow(row: WebhookRow): void {
  Object.assign(row, { dueAt: new Date(), failures: 0, failingSince: null, lastFailure: null });
}
