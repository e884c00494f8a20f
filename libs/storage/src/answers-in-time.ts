import { setTimeout as pause } from 'node:timers/promises';

/** A database that has not answered by then counts as one that does not: whoever asks waits no longer than this. */
const ANSWER_MS = 3_000;

/**
 * Tells whether a database answers a question, and in time; one that is silent keeps nobody waiting. All who ask meanwhile share
 * one question, so that they take no more than one of its connections.
 */
export function answersInTime(ask: () => Promise<unknown>, patienceMs = ANSWER_MS): () => Promise<boolean> {
  let asked: Promise<boolean> | null = null;
  return () => {
    asked ??= ask()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        asked = null;
      });
    return Promise.race([asked, pause(patienceMs, false, { ref: false })]);
  };
}
