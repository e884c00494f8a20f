import { isJsonObject, type GraphTask, type JsonObject } from '@muster/model';
import { z } from 'zod';
import { digest } from './fields';

/** What tasks of a graph share: everything but node and relations. */
export type TaskShape = Omit<GraphTask, 'task' | 'node' | 'requires'>;

/** Taken as it is: it was JSON when it was read, and copying it would lose keys such as `__proto__`. */
const jsonObject = z.custom<JsonObject>((value) => isJsonObject(value), 'is no object');

/**
 * What a scheduler relies on in a task. Types, actions and reasons of later versions are read: whoever meets them says
 * that it does not know them. So are fields that are not known here.
 */
export const taskShape: z.ZodType<TaskShape> = z.looseObject({
  definition: z.string().max(200),
  type: z.string().max(64),
  action: z.enum(['run', 'skip']),
  reason: z.looseObject({ code: z.string().max(64), text: z.string() }),
  parameters: jsonObject,
  limit: z.int().min(1).nullable(),
  limits: z.array(z.string().max(300)),
  section: z.string().max(200).optional(),
  repeatOf: z.string().max(200).optional(),
  validation: z.enum(['fatal', 'warning']).optional(),
  expectedMs: z.number().min(0).nullable(),
  retries: z.object({ count: z.int().min(0), delayMs: z.number().min(0), backoff: z.number().min(0) }),
  timeoutMs: z.number().min(0),
  onFailure: z.enum(['fail', 'skip', 'pause']),
  idempotent: z.boolean(),
  outputs: jsonObject.nullable(),
  files: z.array(z.looseObject({ path: z.string(), digest, size: z.int().min(0), executable: z.boolean() })),
}) as z.ZodType<unknown> as z.ZodType<TaskShape>;
