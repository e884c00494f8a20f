import { randomInt, randomUUID } from 'node:crypto';
import type { SealedSecret, SecretBox } from '@muster/model';
import type { DataSource } from 'typeorm';
import { rowOf, rowsOf } from '../database/sql';
import type { FeedEvent } from '../feed/feed-event';
import { readFeed } from '../feed/read-feed';
import { writeFeedEvents } from '../feed/write-feed-events';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { type Sent, sendWebhook } from './send-webhook';
import { signWebhook } from './sign-webhook';
import type { WebhookSettings } from './webhook-settings';

/** Webhooks that one planner delivers to at once; each of them gets its events one after another. */
const AT_ONCE = 16;
/** Longer than one try; renewed with each. */
const LEASE_SECONDS = 60;
/** After so many events the webhook goes to the end of the line. */
const EVENTS_MAX = 100;
const PAUSE_MS_MAX = 3_600_000;
/** Part of a pause that is left to chance, so that many do not come back at once. */
const JITTER = 0.25;
/** The receiver says that it will never want anything again. */
const GONE = 410;

interface ClaimedWebhook {
  readonly id: string;
  /** What it is claimed under. */
  readonly claim: string;
  readonly project: string;
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly string[];
  readonly cluster: string | null;
  readonly secret: SealedSecret;
  readonly old_secret: SealedSecret | null;
  readonly last: string;
  readonly version: number;
  /** Of the tries before this one. */
  failures: number;
}

export interface WebhookParts {
  readonly database: DataSource;
  readonly secretBox: SecretBox;
  readonly nudges: PlannerNudges;
  readonly webhooks: WebhookSettings;
}

/**
 * Delivers the feed to webhooks. Every planner runs one; a webhook is claimed for a while in database time, so that its
 * events are sent by one planner, in order, each until it is taken.
 */
export class WebhookDeliverer {
  readonly #loop: Loop;
  readonly #off: () => void;
  readonly #delivering = new Set<Promise<void>>();
  #closed = false;

  constructor(
    private readonly parts: WebhookParts,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.#loop = new Loop({ onFailure, turn: () => this.#turn() });
    this.#off = parts.nudges.on('webhook', () => this.#loop.nudge());
  }

  /** Waits for the tries that have begun; the rest is another planner's. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#off();
    await this.#loop.close();
    await Promise.all(this.#delivering);
  }

  async #turn(): Promise<boolean> {
    const free = AT_ONCE - this.#delivering.size;
    if (free <= 0) return false;
    // Of this claim alone: what began under an earlier one of ours must not end it.
    const claim = randomUUID();
    const claimed = await rowsOf<Omit<ClaimedWebhook, 'claim'>>(
      this.parts.database.manager,
      `UPDATE planner.webhook SET owner = $1, leased_until = now() + interval '${LEASE_SECONDS} seconds'
       WHERE id IN (
         SELECT id FROM planner.webhook
         WHERE state = 'active' AND due_at <= now() AND (leased_until IS NULL OR leased_until < now())
           AND last < (SELECT last FROM planner.feed_sequence WHERE "only")
         ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, project, name, url, kinds, cluster, secret, last, version, failures,
         CASE WHEN old_secret_until > now() THEN old_secret END AS old_secret`,
      [claim, free],
    );
    for (const webhook of claimed) {
      const delivering = this.#deliver({ ...webhook, claim })
        .catch(this.onFailure)
        .finally(() => {
          this.#delivering.delete(delivering);
          this.#loop.nudge();
        });
      this.#delivering.add(delivering);
    }
    return false;
  }

  async #deliver(webhook: ClaimedWebhook): Promise<void> {
    try {
      const { manager } = this.parts.database;
      const { project, cluster, kinds } = webhook;
      const query = { project, cluster, kinds, transaction: null, after: Number(webhook.last), limit: EVENTS_MAX };
      const { events, upTo } = await readFeed(manager, query);
      for (const event of events) {
        if (this.#closed || !(await this.#try(webhook, event))) return;
      }
      await this.#moveOn(webhook, upTo);
    } finally {
      await rowsOf(
        this.parts.database.manager,
        'UPDATE planner.webhook SET owner = NULL, leased_until = NULL WHERE id = $1 AND owner = $2 RETURNING 1',
        [webhook.id, webhook.claim],
      );
    }
  }

  /** True if the event was taken and the webhook is still ours and unchanged. */
  async #try(webhook: ClaimedWebhook, event: FeedEvent): Promise<boolean> {
    const startedAt = performance.now();
    const sent = await this.#send(webhook, event);
    await rowsOf(
      this.parts.database.manager,
      `INSERT INTO planner.webhook_delivery (id, webhook_id, number, kind, at, duration_ms, status, failure, excerpt)
       SELECT $1, id, $3, $4, now() - make_interval(secs => $5::int / 1000.0), $5::int, $6, $7, $8
       FROM planner.webhook WHERE id = $2 RETURNING 1`,
      [
        ...[randomUUID(), webhook.id, event.number, event.type, Math.round(performance.now() - startedAt)],
        ...[sent.status, sent.failure, sent.excerpt],
      ],
    );
    if (sent.failure === null) {
      webhook.failures = 0;
      return this.#moveOn(webhook, event.number);
    }
    await this.#fail(webhook, event, sent);
    return false;
  }

  #send({ id, url, secret, old_secret: oldSecret }: ClaimedWebhook, event: FeedEvent): Promise<Sent> {
    const { secretBox, webhooks } = this.parts;
    const { type, at, number, subject, data } = event;
    const body = JSON.stringify({ type, timestamp: at, number, subject, data });
    const secrets = [secret, ...(oldSecret === null ? [] : [oldSecret])].map((each) => secretBox.open(each).reveal());
    // The same whenever the event is sent again, so that the receiver can tell.
    const messageId = `msg_${id.replaceAll('-', '')}_${number}`;
    const headers = signWebhook(messageId, Math.floor(Date.now() / 1000), body, secrets);
    return sendWebhook(url, headers, body, webhooks.policy, webhooks.resolve);
  }

  async #moveOn({ id, claim, version }: ClaimedWebhook, number: number): Promise<boolean> {
    const moved = await rowOf(
      this.parts.database.manager,
      `UPDATE planner.webhook SET last = $4, failures = 0, failing_since = NULL, last_failure = NULL, due_at = now(),
         leased_until = now() + interval '${LEASE_SECONDS} seconds'
       WHERE id = $1 AND owner = $2 AND version = $3 AND leased_until > now() RETURNING 1`,
      [id, claim, version, number],
    );
    return moved !== null;
  }

  /** The next try comes later; one that has failed for too long is disabled, which is told. */
  async #fail(webhook: ClaimedWebhook, event: FeedEvent, sent: Sent): Promise<void> {
    const { webhooks, database, nudges } = this.parts;
    const pause = Math.min(PAUSE_MS_MAX, webhooks.pauseMs * 2 ** Math.min(webhook.failures, 20));
    const jittered = pause * (1 - JITTER + (randomInt(1000) / 1000) * 2 * JITTER);
    const seconds = Math.max(jittered / 1000, sent.retryAfter ?? 0);
    const why =
      sent.status === GONE ? 'the receiver answered 410: it is gone' : `it failed for ${webhooks.giveUpHours} h`;
    await database.transaction(async (on) => {
      const failed = await rowOf<{ state: string }>(
        on,
        `UPDATE planner.webhook SET failures = failures + 1, failing_since = coalesce(failing_since, now()), last_failure = $4,
           due_at = now() + make_interval(secs => $5::float8),
           state = CASE WHEN $6::bool OR failing_since < now() - make_interval(secs => $7::float8) THEN 'disabled' ELSE state END,
           disabled_why = CASE WHEN $6::bool OR failing_since < now() - make_interval(secs => $7::float8) THEN $8 ELSE disabled_why END
         WHERE id = $1 AND owner = $2 AND version = $3 AND state = 'active' RETURNING state`,
        [
          ...[webhook.id, webhook.claim, webhook.version, sent.failure, seconds],
          ...[sent.status === GONE, webhooks.giveUpHours * 3600, why],
        ],
      );
      if (failed?.state !== 'disabled') return;
      const data = { webhook: webhook.name, why, failure: sent.failure, number: event.number };
      await writeFeedEvents(on, webhook.project, [{ type: 'webhook.disabled', at: null, subject: {}, data }]);
    });
    nudges.nudge('recorded');
  }
}
