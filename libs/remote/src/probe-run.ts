import type { Operation } from '@muster/execution';
import type { Followed, Watch } from './followed';
import type { NodeSession } from './node-session';
import { probeOnce } from './probe';

const NOTHING = { stdout: 0, stderr: 0 };

/**
 * Asks again and again until the answer is yes. A lost link is for the owner to attach: between two questions nothing is on
 * the node, and the launcher of the next connection ends what an earlier one was asking.
 */
export class ProbeRun implements Watch {
  #timer: NodeJS.Timeout | null = null;
  #isAsking = false;
  #busyTold: string | null = null;
  readonly #stopped = new AbortController();

  constructor(
    readonly session: NodeSession,
    readonly attempt: string,
    private readonly operation: Extract<Operation, { kind: 'probe' }>,
    private readonly followed: Followed,
  ) {}

  get leaves(): 'question' | 'nothing' {
    return this.#isAsking && 'check' in this.operation.target ? 'question' : 'nothing';
  }

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
    this.#stopped.abort();
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    // A lost link is reported by whoever opened the session.
    const answer = await probeOnce(this.session, this.attempt, this.operation.target, this.#stopped.signal);
    this.#isAsking = false;
    if (this.#stopped.signal.aborted) return;
    this.#tellBusy(typeof answer === 'object' ? answer.busy : null);
    if (typeof answer === 'object') {
      this.#timer = setTimeout(() => void this.#ask(), this.operation.intervalMs);
      return;
    }
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

  #tellBusy(other: string | null): void {
    if (this.#busyTold === other) return;
    this.#busyTold = other;
    this.followed.tell(this, { kind: 'node-busy', attempt: this.attempt, other });
  }

  #refuse(code: string, detail: string): void {
    const result = { kind: 'refused', code, detail } as const;
    this.followed.finish(this, { kind: 'ended', attempt: this.attempt, result, sizes: NOTHING });
  }
}
