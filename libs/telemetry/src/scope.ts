import { AsyncLocalStorage } from 'node:async_hooks';
import { parseTraceparent } from './tracing/traceparent';

/** What the work at hand belongs to. Every line of the log that is written within carries what is known of it. */
export interface Scope {
  readonly requestId?: string | undefined;
  /** Of the innermost span, or as it came from outside. In lines: `traceId`. */
  readonly traceparent?: string | undefined;
  readonly project?: string;
  readonly transaction?: string;
  /** Counts from 1 within the transaction. */
  readonly run?: number;
  readonly deployment?: string;
  readonly node?: string;
  readonly task?: string;
  /** Counts from 1 per task. */
  readonly attempt?: number;
  /** Id of the message or stored command that is being handled. */
  readonly message?: string;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Of the caller; empty outside of any. */
export function currentScope(): Scope {
  return scopes.getStore() ?? {};
}

/** Does `work`, and everything that it begins, within the present scope and `more`; undefined in `more` changes nothing. */
export function withScope<T>(more: Scope, work: () => T): T {
  const known = Object.entries(more).filter(([, value]) => value !== undefined);
  return scopes.run({ ...currentScope(), ...Object.fromEntries(known) }, work);
}

/** Does `work`, and everything that it begins, within no scope: what goes on after the caller is done is not the caller's. */
export function withoutScope<T>(work: () => T): T {
  return scopes.exit(work);
}

/** What a line shows of a scope. */
export function scopeFields({ traceparent, ...ids }: Scope): object {
  const traceId = traceparent === undefined ? undefined : parseTraceparent(traceparent)?.traceId;
  return traceId === undefined ? ids : { ...ids, traceId };
}
