import { MusterClient } from '@muster/client';
import type { Problem } from '@muster/problems';
import type { Io } from './io/io';
import { reportProblems } from './io/report-problems';
import { serverAddress } from './connection/server-address';
import { renew } from './identity/renew-sign-in';
import { renewedToken } from './identity/renewed-token';

export interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly project?: string;
  readonly reason?: string;
  readonly output: string;
}

/** One call of a command: what it was told, and how it answers. */
export class Session {
  #client: MusterClient | undefined;

  constructor(
    readonly io: Io,
    readonly options: GlobalOptions,
  ) {}

  get json(): boolean {
    return this.options.output === 'json';
  }

  /** Made at first use: commands that need no server need no address either. */
  async client(): Promise<MusterClient> {
    if (this.#client === undefined) {
      const { isSignIn, ...address } = await serverAddress(this.io, this.options);
      const token = isSignIn ? renewedToken(this.io, renew) : address.token;
      this.#client = new MusterClient({ ...address, token, reason: this.options.reason });
    }
    return this.#client;
  }

  /** Data: one line of JSON, or text for people. */
  answer(value: unknown, text: () => string): void {
    this.io.stdout.write(this.json ? `${JSON.stringify(value)}\n` : text());
  }

  /** A sentence for people, on stderr. */
  say(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  warn(problems: readonly Problem[] | undefined): void {
    reportProblems(this.io, problems ?? []);
  }
}
