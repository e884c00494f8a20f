/** A place in a trace, as W3C Trace Context writes it in the header `traceparent`. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

// Later versions may add fields after the flags; version 00 may not, and ff is none.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACEPARENT_CHARS_MAX = 200;

/** Null for anything that the standard says to ignore. */
export function parseTraceparent(text: string): TraceContext | null {
  const found = text.length > TRACEPARENT_CHARS_MAX ? null : TRACEPARENT.exec(text.trim());
  const [, version, traceId, spanId, flags, more] = found ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === '00' && more !== undefined) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** In version 00. */
export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
