import type { Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { FrameReader, type Frame, readyState } from './wire-frames';
import type { Turn } from './turn';

/**
 * One client's connection to PGlite's only session. It has the session to itself from the first message of a question
 * until the answer says that no transaction is open: messages of two clients must never mix, since a large parameter
 * arrives in pieces, and between the pieces another client's statement would take the place of ours (decision 0021).
 */
export class PgliteSession {
  readonly #reader = new FrameReader();
  readonly #done: Promise<void>;
  #waiting: Frame[] = [];
  #wake: () => void = () => undefined;
  #isGone = false;
  #release: (() => void) | null = null;

  constructor(
    private readonly db: PGlite,
    private readonly turn: Turn,
    private readonly socket: Socket,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#waiting.push(...this.#reader.push(chunk));
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isGone = true;
      this.#wake();
    });
    this.#done = this.#serve();
  }

  /** Cuts the connection; settles when an open transaction is rolled back and the session is free. */
  close(): Promise<void> {
    this.socket.destroy();
    return this.#done;
  }

  get done(): Promise<void> {
    return this.#done;
  }

  async #serve(): Promise<void> {
    try {
      while (!this.#isGone) {
        const question = this.#takeQuestion();
        if (question.length > 0) await this.#answer(question);
        else await new Promise<void>((resolve) => void (this.#wake = resolve));
      }
    } catch (error) {
      // The database broke, not the question: the client learns it by the cut.
      this.socket.destroy(error instanceof Error ? error : undefined);
    } finally {
      await this.#leave();
    }
  }

  /** Messages up to one that the server answers; empty while there is none. */
  #takeQuestion(): Frame[] {
    const end = this.#waiting.findIndex((frame) => frame.kind !== 'message' || frame.ends);
    return end < 0 ? [] : this.#waiting.splice(0, end + 1);
  }

  async #answer(question: readonly Frame[]): Promise<void> {
    for (const frame of question) {
      switch (frame.kind) {
        case 'encryption':
          this.socket.write('N');
          break;
        case 'cancel':
        case 'terminate':
          this.socket.end();
          this.#isGone = true;
          break;
        case 'message':
          await this.#execute(frame.bytes);
      }
    }
  }

  async #execute(bytes: Buffer): Promise<void> {
    this.#release ??= await this.turn.take();
    const answers: Uint8Array[] = [];
    // Copied, since the client's buffer is reused.
    await this.db.execProtocolRawStream(Uint8Array.from(bytes), {
      onRawData: (data) => answers.push(Uint8Array.from(data)),
    });
    const answer = Buffer.concat(answers);
    if (readyState(answer) === 'I') this.#giveBack();
    if (answer.length > 0 && this.socket.writable) this.socket.write(answer);
  }

  async #leave(): Promise<void> {
    if (!this.#release) return;
    try {
      await this.db.exec('ROLLBACK');
    } finally {
      this.#giveBack();
    }
  }

  #giveBack(): void {
    this.#release?.();
    this.#release = null;
  }
}
