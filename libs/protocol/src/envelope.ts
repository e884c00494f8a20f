import { z } from 'zod';

/**
 * What every message is wrapped in. `id` makes handling idempotent; `schema` names the body's shape and `version` its
 * edition: a reader takes its own version and the one before.
 */
export const envelopeSchema = z.object({
  id: z.uuid(),
  schema: z.string().max(128),
  version: z.int().min(1),
  /** ISO 8601 UTC. For people only: nothing is decided by it. */
  sentAt: z.string().max(40),
  body: z.unknown(),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** One kind of message: its name, its present version, and the check that its body must pass. */
export interface MessageKind<Body> {
  readonly schema: string;
  readonly version: number;
  readonly body: z.ZodType<Body>;
}

/** Declares a kind of message. */
export function messageKind<Body>(schema: string, version: number, body: z.ZodType<Body>): MessageKind<Body> {
  return { schema, version, body };
}

/** The body if `envelope` is of this kind and valid; otherwise a sentence that says what is wrong with it. */
export function readMessage<Body>(
  kind: MessageKind<Body>,
  envelope: unknown,
): { ok: true; id: string; body: Body } | { ok: false; reason: string } {
  const outer = envelopeSchema.safeParse(envelope);
  if (!outer.success) return { ok: false, reason: `not a message envelope: ${describe(outer.error)}` };
  const { id, schema, version } = outer.data;
  if (schema !== kind.schema) return { ok: false, reason: `schema is ${schema}, expected ${kind.schema}` };
  if (version > kind.version)
    return { ok: false, reason: `version ${version} of ${schema} is newer than ${kind.version}, which is known here` };
  const body = kind.body.safeParse(outer.data.body);
  if (!body.success) return { ok: false, reason: `invalid ${schema}: ${describe(body.error)}` };
  return { ok: true, id, body: body.data };
}

function describe(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.') || '(whole)'}: ${issue.message}`)
    .join('; ');
}
