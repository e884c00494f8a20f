import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { ArtifactFetcher } from '@muster/execution';
import type { ExecutorArtifacts } from '../executor-ports';

const AT_ONCE = 4;
const TIMEOUT_MS = 120_000;

/** Fetches from the planner what is not kept yet, with the deployment's own token, and verifies each digest. */
export class PlannerArtifacts implements ArtifactFetcher {
  constructor(
    private readonly artifacts: ExecutorArtifacts,
    private readonly plannerUrl: string | null,
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
    try {
      const answer = await fetch(`${this.plannerUrl}/internal/artifacts/${encodeURIComponent(digest)}`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!answer.ok || !answer.body) return `${digest}: the planner at ${this.plannerUrl} answered ${answer.status}`;
      const kept = await this.artifacts.put(Readable.fromWeb(answer.body as ReadableStream<Uint8Array>));
      return kept.digest === digest ? null : `${digest}: the planner sent other bytes (${kept.digest})`;
    } catch (error) {
      return `${digest}: the planner at ${this.plannerUrl} does not answer: ${error instanceof Error ? error.message : 'unknown'}`;
    }
  }
}
