import type { NodeFailure } from '@muster/execution';
import type { AttemptResult } from '@muster/model';
import type { Followed, Watch } from './followed';
import { resultOf } from './launcher/attempt-end';
import { ChannelClosed } from './launcher/launcher-channel';
import type { NodeSession } from './node-session';

const LOOK_MS = 1000;
const NOTHING = { stdout: 0, stderr: 0 };

/**
 * Waits until the machine answers with another boot id than the claim was made under. Ends early only when the
 * command that was to boot it failed. No time limit of its own: that is the attempt's.
 */
export class RebootWatch implements Watch {
  readonly leaves = 'command';
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(
    readonly session: NodeSession,
    readonly attempt: string,
    private readonly followed: Followed,
    private readonly reconnect: () => Promise<NodeSession | NodeFailure>,
  ) {}

  begin(now: boolean): void {
    this.#later(now ? 0 : LOOK_MS);
  }

  ended([code = '']: readonly string[]): void {
    if (hasFailed(code)) this.#end(resultOf(code, NOTHING));
  }

  survivesLinkLoss(): boolean {
    return true;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #later(delay: number): void {
    if (this.#stopped) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), delay);
  }

  async #look(): Promise<void> {
    const session = await this.reconnect();
    if (this.#stopped) return;
    if ('kind' in session) return this.#later(LOOK_MS);
    try {
      const { words } = await session.request('boots', [this.attempt]);
      const [claimBoot, boot, state, code = ''] = words;
      if (claimBoot !== boot) return this.#end({ kind: 'exited', code: 0, sizes: NOTHING });
      if (state === 'exit' && hasFailed(code)) return this.#end(resultOf(code, NOTHING));
    } catch (error) {
      if (!(error instanceof ChannelClosed)) throw error;
    }
    this.#later(LOOK_MS);
  }

  #end(result: AttemptResult): void {
    this.followed.finish(this, { kind: 'ended', attempt: this.attempt, result, sizes: NOTHING });
  }
}

/** Killed by a signal is what happens to the command when the machine goes down; a code of its own is a failure. */
function hasFailed(code: string): boolean {
  return Number(code) > 0 && Number(code) <= 128;
}
