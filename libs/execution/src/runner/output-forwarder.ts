import type { OutputSizes, TaskAddress } from '@muster/model';
import { OUTPUT_CHUNK_BYTES_MAX, type TaskOutputMessage } from '@muster/protocol';
import { pause, type Clock } from '../ports/clock';
import type { OutputStream } from '../ports/node-port';
import type { ExecutionLog, MakeMasker, OutputMasker } from '../ports/publishing';

/** Bytes under way at once over all attempts; what comes beyond is dropped and read from the node at the end. */
const UNDER_WAY_BYTES_MAX = 64 * OUTPUT_CHUNK_BYTES_MAX;
/** What a chunk takes besides its bytes, about. */
const CHUNK_BYTES = 1024;
/** What a node keeps of a stream; nothing beyond can be read again. */
const KEPT_ON_NODE_BYTES = 64 * 1024 * 1024;
const REFILL_TRIES = 5;
const REFILL_PAUSE_MS = 2000;
const STREAMS: readonly OutputStream[] = ['stdout', 'stderr'];

export interface ForwardedAttempt {
  readonly deployment: string;
  readonly task: TaskAddress;
  readonly attempt: number;
  readonly secrets: readonly string[];
  /** Its lines carry the attempt's ids. */
  readonly log: ExecutionLog;
  /** Reads what the node kept; fails when the node cannot be asked. */
  readonly read: (stream: OutputStream, offset: number, length: number) => Promise<Uint8Array>;
}

interface StreamState {
  masker: OutputMasker | null;
  /** Offset of the next byte that follows what was pushed. */
  received: number;
  /** Offset of the next byte that the masker gives. */
  offset: number;
  /** Where the first chunk was lost; everything from there on is read again at the end. */
  gapFrom: number | null;
  last: Promise<void>;
}

/**
 * The road of output: masks and sends chunks as they come, never making the command or the states wait. Under pressure
 * chunks are dropped; `finish` fills the gap from the node, by offset.
 */
export class OutputForwarder {
  readonly #attempts = new Map<
    string,
    { readonly about: ForwardedAttempt; readonly streams: Record<OutputStream, StreamState> }
  >();
  #underWay = 0;

  constructor(
    private readonly publish: (chunk: TaskOutputMessage) => Promise<void>,
    private readonly makeMasker: MakeMasker,
    private readonly encode: (bytes: Uint8Array) => string,
    private readonly clock: Clock,
  ) {}

  /** To be called before the first chunk of an attempt; again changes nothing. */
  begin(id: string, about: ForwardedAttempt): void {
    if (this.#attempts.has(id)) return;
    const fresh = (): StreamState => ({
      masker: about.secrets.length > 0 ? this.makeMasker(about.secrets) : null,
      received: 0,
      offset: 0,
      gapFrom: null,
      last: Promise.resolve(),
    });
    this.#attempts.set(id, { about, streams: { stdout: fresh(), stderr: fresh() } });
  }

  /** Takes a chunk. What was taken before is left out; one that does not follow the last is left to `finish`. */
  push(id: string, stream: OutputStream, offset: number, bytes: Uint8Array): void {
    const known = this.#attempts.get(id);
    if (!known) return;
    const state = known.streams[stream];
    if (state.gapFrom !== null) return;
    if (offset > state.received) {
      state.gapFrom = state.offset;
      return;
    }
    const fresh = bytes.subarray(Math.min(bytes.length, state.received - offset));
    state.received += fresh.length;
    this.#send(known.about, stream, state, state.masker ? state.masker.push(fresh) : fresh);
  }

  /** Sends what is left, and fills gaps. Settles when the output is complete at the planner or cannot be completed. */
  async finish(id: string, sizes: OutputSizes): Promise<void> {
    const known = this.#attempts.get(id);
    if (!known) return;
    for (const stream of STREAMS) {
      const state = known.streams[stream];
      if (state.masker && state.gapFrom === null) this.#send(known.about, stream, state, state.masker.flush());
      await state.last;
      if (state.gapFrom !== null)
        await this.#refill(known.about, stream, state.gapFrom, Math.min(sizes[stream], KEPT_ON_NODE_BYTES));
    }
    this.#attempts.delete(id);
  }

  /** Forgets an attempt whose output somebody else goes on with. */
  drop(id: string): void {
    this.#attempts.delete(id);
  }

  #send(about: ForwardedAttempt, stream: OutputStream, state: StreamState, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const { offset } = state;
    state.offset += bytes.length;
    if (this.#underWay >= UNDER_WAY_BYTES_MAX) {
      state.gapFrom ??= offset;
      return;
    }
    this.#underWay += CHUNK_BYTES + bytes.length;
    const sent = this.#publishAll(about, stream, offset, bytes)
      .catch(() => {
        state.gapFrom = Math.min(state.gapFrom ?? offset, offset);
      })
      .finally(() => {
        this.#underWay -= CHUNK_BYTES + bytes.length;
      });
    state.last = Promise.all([state.last, sent]).then(() => undefined);
  }

  async #publishAll(about: ForwardedAttempt, stream: OutputStream, offset: number, bytes: Uint8Array): Promise<void> {
    const { deployment, task, attempt } = about;
    for (let at = 0; at < bytes.length; at += OUTPUT_CHUNK_BYTES_MAX) {
      const data = this.encode(bytes.subarray(at, at + OUTPUT_CHUNK_BYTES_MAX));
      await this.publish({ deployment, task, attempt, stream, offset: offset + at, data });
    }
  }

  async #refill(about: ForwardedAttempt, stream: OutputStream, from: number, to: number): Promise<void> {
    // A secret that began before the gap would be cut by it: masking starts one secret's length earlier.
    const lead = Math.min(
      from,
      about.secrets.reduce((most, secret) => Math.max(most, secret.length * 4), 0),
    );
    for (let attempt = 1; attempt <= REFILL_TRIES; attempt++) {
      try {
        const masker = about.secrets.length > 0 ? this.makeMasker(about.secrets) : null;
        let sent = from - lead;
        for (let at = from - lead; at < to;) {
          const bytes = await about.read(stream, at, Math.min(OUTPUT_CHUNK_BYTES_MAX, to - at));
          if (bytes.length === 0) break;
          at += bytes.length;
          sent = await this.#sendFrom(about, stream, sent, from, masker ? masker.push(bytes) : bytes);
        }
        if (masker) await this.#sendFrom(about, stream, sent, from, masker.flush());
        return;
      } catch (error) {
        about.log.debug({ err: error }, 'a gap in the output is not filled yet');
        if (attempt < REFILL_TRIES) await pause(this.clock, REFILL_PAUSE_MS);
      }
    }
    about.log.warn({ stream, from }, 'a gap in the output stays: the node or the queue did not take part');
  }

  async #sendFrom(
    about: ForwardedAttempt,
    stream: OutputStream,
    offset: number,
    from: number,
    bytes: Uint8Array,
  ): Promise<number> {
    const skip = Math.max(0, Math.min(bytes.length, from - offset));
    if (bytes.length > skip) await this.#publishAll(about, stream, offset + skip, bytes.subarray(skip));
    return offset + bytes.length;
  }
}
