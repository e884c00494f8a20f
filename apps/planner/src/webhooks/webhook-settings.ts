import { type AddressPolicy, addressPolicy } from './address-policy';
import { type ResolveName, resolveName } from './send-webhook';

/** What the configuration says of webhooks. */
export interface WebhookConfig {
  /** Addresses and networks that are reached though they are private or special, and without TLS. */
  readonly allow: readonly string[];
  /** After failing for so long a webhook is disabled. */
  readonly giveUpHours: number;
}

export const WEBHOOK_CONFIG: WebhookConfig = { allow: [], giveUpHours: 72 };

export interface WebhookSettings {
  readonly policy: AddressPolicy;
  readonly giveUpHours: number;
  /** Pause after the first failure; doubles up to an hour. */
  readonly pauseMs: number;
  readonly resolve: ResolveName;
}

export function webhookSettings(config: WebhookConfig = WEBHOOK_CONFIG): WebhookSettings {
  return { policy: addressPolicy(config.allow), giveUpHours: config.giveUpHours, pauseMs: 5000, resolve: resolveName };
}
