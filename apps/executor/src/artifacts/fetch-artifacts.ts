import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadableStream } from 'node:stream/web';
import type { ArtifactFetcher, FetchFailure } from '@muster/execution';
import { scopeHeaders } from '@muster/telemetry';
import type { ExecutorArtifacts } from '../executor-ports';

const AT_ONCE = 4;
const TIMEOUT_MS = 120_000;
/** Pauses before further tries: a planner may be starting again. Longer than all of them, the start command comes again. */
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000];

/** Fetches from the planner what is not kept yet, with the deployment's own token, and verifies each digest. */
export class PlannerArtifacts implements ArtifactFetcher {
  constructor(
    private readonly artifacts: ExecutorArtifacts,
    private readonly plannerUrl: string | null,
    private readonly retryDelaysMs: readonly number[] = RETRY_DELAYS_MS,
  ) {}

  async ensure(
    wanted: readonly { readonly digest: string; readonly size: number }[],
    token: string | null,
  ): Promise<readonly FetchFailure[]> {
    const failures: FetchFailure[] = [];
    const left = [...new Set(wanted.map(({ digest }) => digest))];
    const work = async (): Promise<void> => {
      for (let digest = left.pop(); digest !== undefined; digest = left.pop()) {
        const failure = await this.#ensureOne(digest, token);
        if (failure) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return failures.sort((a, b) => (a.text < b.text ? -1 : 1));
  }

  async #ensureOne(digest: string, token: string | null): Promise<FetchFailure | null> {
    if (await this.artifacts.renew(digest)) return null;
    if (this.plannerUrl === null || token === null)
      return { text: `${digest} is not kept here, and there is no planner to fetch it from`, isPassing: false };
    for (const delayMs of this.retryDelaysMs) {
      const failure = await this.#fetch(digest, token);
      if (!failure?.isPassing) return failure;
      await sleep(delayMs);
    }
    return this.#fetch(digest, token);
  }

  /** Null: it is kept now. */
  async #fetch(digest: string, token: string): Promise<FetchFailure | null> {
    const planner = `the planner at ${this.plannerUrl}`;
    try {
      const answer = await fetch(`${this.plannerUrl}/internal/artifacts/${encodeURIComponent(digest)}`, {
        headers: { authorization: `Bearer ${token}`, ...scopeHeaders() },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!answer.ok || !answer.body)
        return { text: `${digest}: ${planner} answered ${answer.status}`, isPassing: answer.status >= 500 };
      const kept = await this.artifacts.put(Readable.fromWeb(answer.body as ReadableStream<Uint8Array>));
      if (kept.digest === digest) return null;
      return { text: `${digest}: the planner sent other bytes (${kept.digest})`, isPassing: false };
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      return { text: `${digest}: ${planner} does not answer: ${why}`, isPassing: true };
    }
  }
}
