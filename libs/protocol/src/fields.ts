import { NAME_PATTERN, type Json, type SealedSecret } from '@muster/model';
import { z } from 'zod';

/** Fields that several messages share, bounded so that a message cannot be made to cost without end. */
export const id = z.uuid();
export const name = z.string().regex(NAME_PATTERN);
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** A task's address, or a barrier's id. */
export const address = z.string().min(1).max(300);
export const sentence = z.string().max(4000);

export const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);

export const sealedSecret: z.ZodType<SealedSecret> = z.object({
  $sealed: z.object({
    v: z.literal(1),
    key: z.string().max(128),
    wrapped: z.string().max(1024),
    data: z.string().max(200_000),
    fingerprint: z.string().max(128),
  }),
});

/** Base64 of at most `bytes` bytes. */
export const base64 = (bytes: number) => z.base64().max(Math.ceil(bytes / 3) * 4);
