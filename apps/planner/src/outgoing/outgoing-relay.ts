import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from '@muster/messaging';
import type { StartDeployment } from '@muster/protocol';
import type { ArtifactStore } from '@muster/storage';
import { storableText } from '@muster/model';
import { type Scope, type Tracing, withScope } from '@muster/telemetry';
import type { DataSource } from 'typeorm';
import { rowsOf } from '../database/sql';
import { Loop } from '../running/loop';
import type { PlannerNudges } from '../running/planner-nudges';
import { keepAnswer } from './keep-answer';
import type { OutgoingKind } from './outgoing.entity';
import { slimStart } from './slim-start';
import { type CommandAnswer, sendCommand } from './send-command';

/** How long one planner has a command for itself. */
const LEASE_SECONDS = 90;
/** Pause after a try without an answer: doubles up to this. */
const PAUSE_SECONDS_MAX = 15;
const AT_ONCE = 8;
/** How long a closing planner waits for answers. */
const CLOSE_MS = 2000;

interface DueCommand {
  readonly id: string;
  readonly kind: OutgoingKind;
  readonly deployment_id: string;
  readonly body: unknown;
  readonly tries: number;
  readonly request_id: string | null;
  readonly traceparent: string | null;
  readonly transaction_id: string;
  readonly run: number;
}

/** Sends stored commands until they are answered. Every planner runs one; a lease keeps them from sending the same at once. */
export class OutgoingRelay {
  readonly #loop: Loop;
  readonly #off: () => void;
  readonly #sending = new Set<Promise<void>>();
  readonly #inHand = new Set<string>();
  #closed = false;

  constructor(
    private readonly database: DataSource,
    private readonly bus: Bus,
    private readonly nudges: PlannerNudges,
    private readonly artifacts: ArtifactStore,
    private readonly tracing: Tracing,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.#loop = new Loop({ onFailure, turn: () => this.#turn() });
    this.#off = nudges.on('outgoing', () => this.#loop.nudge());
  }

  /** Takes nothing new and waits a moment for the answers that are on their way; what stays open another planner sends again. */
  async close(): Promise<void> {
    this.#off();
    await this.#loop.close();
    await Promise.race([Promise.all(this.#sending), pause(CLOSE_MS, undefined, { ref: false })]);
    this.#closed = true;
    await rowsOf(
      this.database.manager,
      'UPDATE planner.outgoing SET due_at = now() WHERE id = ANY($1::uuid[]) AND answered_at IS NULL RETURNING 1',
      [[...this.#inHand]],
      // A database that is away must not keep the planner from stopping: they fall due by themselves.
    ).catch(this.onFailure);
  }

  async #turn(): Promise<boolean> {
    const free = AT_ONCE - this.#sending.size;
    if (free <= 0) return false;
    const due = await claimDue(this.database, free);
    for (const command of due) {
      const sending = withScope(scopeOf(command), () => this.#sendTraced(command).catch(this.onFailure)).finally(() => {
        this.#sending.delete(sending);
        this.#inHand.delete(command.id);
        this.#loop.nudge();
      });
      this.#sending.add(sending);
      this.#inHand.add(command.id);
    }
    return false;
  }

  #sendTraced(command: DueCommand): Promise<void> {
    const { id, kind, deployment_id: deployment, transaction_id: transaction, tries } = command;
    const attributes = {
      ...{ 'muster.transaction': transaction, 'muster.deployment': deployment, 'muster.command': id },
      'muster.try': tries + 1,
    };
    return this.tracing.span({ name: `send ${kind}`, kind: 'producer', attributes }, async (span) => {
      const answer = await this.#send(command);
      span.set({ 'muster.answer': answer });
      if (answer !== 'accepted') span.fail(answer);
    });
  }

  /** Tells what was answered. */
  async #send({ id, kind, deployment_id: deployment, body, tries }: DueCommand): Promise<CommandAnswer['kind']> {
    const sent =
      kind === 'start' ? await slimStart(this.database.manager, this.artifacts, body as StartDeployment) : body;
    const answer = await sendCommand(this.bus, id, kind, sent);
    if (this.#closed) return answer.kind;
    if (answer.kind === 'unanswered') {
      const pause = Math.min(PAUSE_SECONDS_MAX, 0.5 * 2 ** Math.min(tries, 10));
      await rowsOf(
        this.database.manager,
        `UPDATE planner.outgoing SET due_at = now() + make_interval(secs => $2), last_failure = $3 WHERE id = $1 RETURNING 1`,
        [id, pause, storableText(answer.reason)],
      );
      return answer.kind;
    }
    await this.database.transaction((manager) => keepAnswer(manager, { id, kind, deployment, body }, answer));
    this.nudges.nudge('recorded');
    this.nudges.nudge(`answered:${id}`);
    return answer.kind;
  }
}

function scopeOf(command: DueCommand): Scope {
  return {
    ...{
      transaction: command.transaction_id,
      deployment: command.deployment_id,
      run: command.run,
      message: command.id,
    },
    ...{ requestId: command.request_id ?? undefined, traceparent: command.traceparent ?? undefined },
  };
}

/**
 * Due commands, each the first open one of its deployment and of the runs before it, leased to the caller: what ends one run
 * must not come after what begins the next.
 */
async function claimDue(database: DataSource, limit: number): Promise<DueCommand[]> {
  return rowsOf<DueCommand>(
    database.manager,
    `UPDATE planner.outgoing SET due_at = now() + interval '${LEASE_SECONDS} seconds', tries = tries + 1
     WHERE answered_at IS NULL AND due_at <= now() AND id IN (
       SELECT o.id FROM planner.outgoing o
       WHERE o.answered_at IS NULL AND o.due_at <= now() AND NOT EXISTS (
         SELECT 1 FROM planner.outgoing earlier
         WHERE earlier.deployment_id = o.deployment_id AND earlier.position < o.position AND earlier.answered_at IS NULL)
         AND NOT EXISTS (
         SELECT 1 FROM planner.deployment own JOIN planner.deployment before USING (transaction_id)
         JOIN planner.outgoing earlier ON earlier.deployment_id = before.id
         WHERE own.id = o.deployment_id AND before.run < own.run AND earlier.answered_at IS NULL)
       ORDER BY o.due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, deployment_id, body, tries - 1 AS tries, request_id, traceparent,
       (SELECT d.transaction_id FROM planner.deployment d WHERE d.id = deployment_id) AS transaction_id,
       (SELECT d.run FROM planner.deployment d WHERE d.id = deployment_id) AS run`,
    [limit],
  );
}
