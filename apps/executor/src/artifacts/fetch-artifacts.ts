import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadableStream } from 'node:stream/web';
import type { ArtifactFetcher } from '@muster/execution';
import type { ExecutorArtifacts } from '../executor-ports';

const AT_ONCE = 4;
const TIMEOUT_MS = 120_000;
/** Pauses before further tries: what cannot be fetched refuses the deployment for good, and a planner may be starting again. */
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
  ): Promise<readonly string[]> {
    const failures: string[] = [];
    const left = [...new Set(wanted.map(({ digest }) => digest))];
    const work = async (): Promise<void> => {
      for (let digest = left.pop(); digest !== undefined; digest = left.pop()) {
        const failure = await this.#ensureOne(digest, token);
        if (failure) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return failures.sort();
  }

  async #ensureOne(digest: string, token: string | null): Promise<string | null> {
    if ((await this.artifacts.open(digest)) !== null) return null;
    if (this.plannerUrl === null || token === null)
      return `${digest} is not kept here, and there is no planner to fetch it from`;
    for (const delayMs of this.retryDelaysMs) {
      const outcome = await this.#fetch(digest, token);
      if (!outcome?.isPassing) return outcome?.text ?? null;
      await sleep(delayMs);
    }
    return (await this.#fetch(digest, token))?.text ?? null;
  }

  /** Null: it is kept now. `isPassing`: another try may do better, since the planner starts again or another one answers. */
  async #fetch(digest: string, token: string): Promise<{ readonly text: string; readonly isPassing: boolean } | null> {
    const planner = `the planner at ${this.plannerUrl}`;
    try {
      const answer = await fetch(`${this.plannerUrl}/internal/artifacts/${encodeURIComponent(digest)}`, {
        headers: { authorization: `Bearer ${token}` },
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
