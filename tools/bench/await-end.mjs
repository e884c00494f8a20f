/** A deployment that takes longer is stuck. */
const LIMIT_MS = 180_000;

/**
 * Waits for the end of a transaction as `muster deploy` does, by the stream of its events, and gives its short form: the
 * status of its tasks would be measured, too.
 */
export async function awaitEnd({ events, transactions }, cluster, transaction) {
  const signal = AbortSignal.timeout(LIMIT_MS);
  for await (const { type } of events.follow({ transaction, after: 0 }, { signal }))
    if (type === 'transaction.ended') break;
  for await (const found of transactions.list({ cluster })) if (found.transaction === transaction) return found;
  throw new Error(`transaction ${transaction} is not there any more`);
}
