import { randomUUID } from 'node:crypto';
import type { Envelope, MessageKind } from '@muster/protocol';
import { BusError } from './bus-error';

/** What a message may carry: 1 MiB of body and its wrapping. */
export const MESSAGE_BYTES_MAX = 1_250_000;

/** Wraps a body for sending. Give the `id` of the stored command or event, so that sending it again changes nothing. */
export function makeEnvelope<Body>(kind: MessageKind<Body>, body: Body, id: string = randomUUID()): Envelope {
  return { id, schema: kind.schema, version: kind.version, sentAt: new Date().toISOString(), body };
}

/** The bytes of a message; fails with `BusError` (`too-large`) beyond what one may carry. */
export function encodeMessage(value: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(value));
  if (bytes.length > MESSAGE_BYTES_MAX) {
    throw new BusError(
      'too-large',
      `a message of ${bytes.length} bytes is larger than the ${MESSAGE_BYTES_MAX} that one may carry`,
    );
  }
  return bytes;
}

/** What the bytes say; never fails, since anybody may write to a broker. */
export function decodeMessage(bytes: Uint8Array): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown };
  } catch {
    return { ok: false, reason: 'the message is not JSON' };
  }
}
