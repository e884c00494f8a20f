/** Somebody elsewhere who is told of events by HTTP. */
export interface WebhookView {
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly string[];
  /** Null: of all. */
  readonly cluster: string | null;
  readonly state: 'active' | 'disabled';
  readonly disabledWhy: string | null;
  /** Everything up to this number was taken, or is of no interest to it. */
  readonly last: number;
  /** In a row. */
  readonly failures: number;
  readonly failingSince: string | null;
  readonly lastFailure: string | null;
  readonly nextTryAt: string | null;
  readonly who: string;
  readonly createdAt: string;
  readonly etag: string;
}

export interface CreateWebhook {
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly string[];
  readonly cluster?: string;
  readonly secret?: string;
  /** Events after this number; absent: only what comes. */
  readonly after?: number;
}

export interface EditWebhook {
  readonly url?: string;
  readonly kinds?: readonly string[];
  readonly cluster?: string | null;
  readonly state?: 'active' | 'disabled';
}

/** One try to deliver one event. */
export interface DeliveryView {
  readonly number: number;
  readonly kind: string;
  readonly at: string;
  readonly durationMs: number;
  readonly status: number | null;
  /** Null: it was taken. */
  readonly failure: string | null;
  readonly excerpt: string | null;
}
