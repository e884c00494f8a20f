import type { Problem } from '@muster/problems';
import { z } from 'zod';
import { messageKind } from './envelope';
import { base64, digest, id, name } from './fields';

/** Bytes of an archive in one message, so that the message stays below 1 MiB. */
export const PUBLICATION_PART_BYTES_MAX = 512 * 1024;
/** Bytes of an archive that is published by messages; a larger one goes by HTTP. */
export const PUBLICATION_BYTES_MAX = 64 * 1024 * 1024;
const PARTS_MAX = 1024;

/**
 * Command to the planner, from a release or plugin that publishes itself: one part of the archive that `POST /plugins` takes.
 * Parts may come in any order, twice, and through different planners; `publication` says which belong together. Every
 * part says the same of the whole.
 */
export const publishBundlePart = messageKind(
  'plugin.bundle.publish',
  1,
  z.object({
    publication: id,
    kind: z.enum(['release', 'plugin']),
    /** Absent: the default project. */
    project: name.optional(),
    /** Of somebody who may publish in the project: the broker's user says nothing about that. */
    token: z.string().min(1).max(500),
    /** Of the whole archive: SHA-256, bytes, and in how many parts it comes. */
    digest,
    size: z.int().min(1).max(PUBLICATION_BYTES_MAX),
    parts: z.int().min(1).max(PARTS_MAX),
    /** Which part this is, from 0. */
    index: z
      .int()
      .min(0)
      .max(PARTS_MAX - 1),
    data: base64(PUBLICATION_PART_BYTES_MAX),
  }),
);
export type PublishBundlePart = z.infer<typeof publishBundlePart.body>;

/** Told on as it is: for whoever reads it to understand. */
const toldProblem = z.custom<Problem>(
  (value) => typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string',
);

/** Answer to a part: how far it has come, or what came of the whole. */
export const publicationReply = z.discriminatedUnion('state', [
  z.object({ publication: id, state: z.literal('receiving'), received: z.int().min(1), parts: z.int().min(1) }),
  z.object({
    publication: id,
    state: z.literal('published'),
    name,
    version: z.string().max(128),
    /** Over paths, contents and execute bits, as `GET /plugins` shows it. */
    digest,
    /** Warnings only. */
    problems: z.array(toldProblem),
  }),
]);
export type PublicationReply = z.infer<typeof publicationReply>;
