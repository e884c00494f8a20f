const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;

/** One message of PostgreSQL's protocol as a client sends it. */
export type Frame =
  /** Asks for encryption, which a private socket does not need. */
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'terminate' }
  /** `ends`: the server answers up to here; until then messages belong together. */
  | { readonly kind: 'message'; readonly bytes: Buffer; readonly ends: boolean };

/** Cuts a client's bytes into messages. */
export class FrameReader {
  #buffer: Buffer = Buffer.alloc(0);
  #isStarted = false;

  /** The messages that are complete now. Cost: bytes are copied once per call. */
  push(chunk: Buffer): Frame[] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | null {
    return this.#isStarted ? this.#message() : this.#startup();
  }

  // The first messages have no type, only a length and a code.
  #startup(): Frame | null {
    if (this.#buffer.length < 8) return null;
    const length = this.#buffer.readUInt32BE(0);
    if (length < 8) return { kind: 'terminate' };
    const bytes = this.#take(length);
    if (!bytes) return null;
    switch (bytes.readUInt32BE(4)) {
      case SSL_REQUEST:
      case GSS_REQUEST:
        return { kind: 'encryption' };
      case CANCEL_REQUEST:
        return { kind: 'cancel' };
      default:
        this.#isStarted = true;
        return { kind: 'message', bytes, ends: true };
    }
  }

  #message(): Frame | null {
    if (this.#buffer.length < 5) return null;
    const bytes = this.#take(1 + this.#buffer.readUInt32BE(1));
    if (!bytes) return null;
    const type = String.fromCharCode(bytes[0] ?? 0);
    if (type === 'X') return { kind: 'terminate' };
    // Query, Sync, FunctionCall, Flush.
    return { kind: 'message', bytes, ends: 'QSFH'.includes(type) };
  }

  #take(length: number): Buffer | null {
    if (this.#buffer.length < length) return null;
    const bytes = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return bytes;
  }
}

/** The state that the last `ReadyForQuery` of an answer tells: idle, in a transaction, or in a failed one; null without one. */
export function readyState(answer: Uint8Array): 'I' | 'T' | 'E' | null {
  const tail = answer.subarray(-6);
  if (tail.length < 6 || tail[0] !== 0x5a || tail[1] !== 0 || tail[2] !== 0 || tail[3] !== 0 || tail[4] !== 5)
    return null;
  const state = String.fromCharCode(tail[5] ?? 0);
  return state === 'I' || state === 'T' || state === 'E' ? state : null;
}
