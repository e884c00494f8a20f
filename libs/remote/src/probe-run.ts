import type { Operation } from '@muster/execution';
import type { Followed, Watch } from './followed';
import type { NodeSession } from './node-session';
import { probeOnce } from './probe';

const NOTHING = { stdout: 0, stderr: 0 };

/** Asks again and again until the answer is yes. Nothing of it is on the node, so a lost link is for the owner to attach. */
export class ProbeRun implements Watch {
  readonly isProbe = true;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(
    readonly session: NodeSession,
    readonly attempt: string,
    private readonly operation: Extract<Operation, { kind: 'probe' }>,
    private readonly followed: Followed,
  ) {}

  begin(): void {
    this.#timer = setTimeout(() => void this.#ask(), 0);
  }

  ended(): void {
    // The launcher knows nothing of probes.
  }

  survivesLinkLoss(): boolean {
    return false;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    // A lost link is reported by whoever opened the session.
    const answer = await probeOnce(this.session, this.operation.target);
    if (this.#stopped) return;
    switch (answer) {
      case 'yes':
        return this.followed.finish(this, {
          kind: 'ended',
          attempt: this.attempt,
          result: { kind: 'exited', code: 0, sizes: NOTHING },
          sizes: NOTHING,
        });
      case 'refused':
        return this.#refuse(
          'NODE_REQUIREMENT_MISSING',
          'the SSH server of the node forbids TCP forwarding, which probes need',
        );
      case 'untrusted':
        return this.#refuse('NODE_CERTIFICATE_UNTRUSTED', 'the page shows a certificate that executors do not trust');
      case 'not-yet':
        this.#timer = setTimeout(() => void this.#ask(), this.operation.intervalMs);
    }
  }

  #refuse(code: string, detail: string): void {
    const result = { kind: 'refused', code, detail } as const;
    this.followed.finish(this, { kind: 'ended', attempt: this.attempt, result, sizes: NOTHING });
  }
}
