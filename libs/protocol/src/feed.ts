import { z } from 'zod';
import { messageKind } from './envelope';

/** An event of the feed as it is told on the topic exchange: at least once, in the order of its number. */
const feedEventBody = z.object({
  project: z.string().max(128),
  number: z.int().min(1),
  /** ISO 8601 UTC with milliseconds. */
  at: z.string().max(40),
  type: z.string().max(128),
  subject: z.record(z.string(), z.string()),
  data: z.record(z.string(), z.unknown()),
  /** The data is too large for a message: it is read over HTTP, by the number. */
  cut: z.literal(true).optional(),
});
export type FeedEventMessage = z.infer<typeof feedEventBody>;

export const feedEvent = messageKind('planner.feed.event', 1, feedEventBody);
