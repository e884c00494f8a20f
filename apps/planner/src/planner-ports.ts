import type { SecretBox, SecretValue } from '@muster/model';
import type { Bus } from '@muster/messaging';
import type { ArtifactStore, Database } from '@muster/storage';
import type { Logger, Tracing } from '@muster/telemetry';
import type { WebhookSettings } from './webhooks/webhook-settings';
import type { PlanRunner } from './plans/plan-runner';

/** What the planner needs of the outside, opened by whoever starts it and closed by them after it. */
export interface PlannerPorts {
  /** The planner makes connections of its own to it. */
  readonly database: Database;
  readonly bus: Bus;
  readonly artifacts: ArtifactStore;
  readonly secretBox: SecretBox;
  /** What `secretBox` was made with: planning opens secrets too, in threads that need a box of their own. */
  readonly secretKey: SecretValue;
  readonly logger: Logger;
  /** Absent: nobody watches. */
  readonly tracing?: Tracing;
  /** Absent: plans are made in worker threads. */
  readonly runner?: PlanRunner;
  /** Absent: as the configuration says. */
  readonly webhooks?: WebhookSettings;
}

export const BUS = Symbol('Bus');
export const ARTIFACTS = Symbol('ArtifactStore');
export const SECRET_BOX = Symbol('SecretBox');
/** A SecretValue: what the box was made with. */
export const SECRET_KEY = Symbol('secretKey');
export const LOGGER = Symbol('Logger');
/** What the configuration says of webhooks: `WebhookSettings`. */
export const WEBHOOKS = Symbol('Webhooks');
export const PLAN_RUNNER = Symbol('PlanRunner');
/** The id that nodes remember as their owner's: a string. */
export const INSTALLATION = Symbol('installation');
/** Fires when the planner closes: an AbortSignal; streams end by it. */
export const CLOSING = Symbol('closing');
/** Who a token belongs to, for messages that carry one: `{ find }`, null where authentication is off. */
export const FIND_PRINCIPAL = Symbol('findPrincipal');
