import type { OutputStream } from '@muster/execution';
import type { AttemptResult, JsonObject, OutputSizes } from '@muster/model';
import type { Followed, Watch } from './followed';
import { countOf, OUTPUTS_MAX, parseOutputs, resultOf } from './launcher/attempt-end';
import { ChannelClosed } from './launcher/launcher-channel';
import type { NodeSession } from './node-session';

/** Reads are aligned to blocks, which a plain `dd` can skip without reading. */
export const BLOCK = 1024;
const BLOCKS_A_READ = 256;
const CHUNK_MAX = 65_536;
const POLL_FIRST_MS = 100;
const POLL_MAX_MS = 1000;
/** Looks at an ended command whose output is still held open, before its output counts as complete all the same. */
const SETTLE_LOOKS_MAX = 50;
/** Stands for a line end in output that the launcher tells with the end. */
const LINE_END = '\u0001';
const LOST = { kind: 'lost', detail: 'nothing of the command is alive on the node and no end is recorded' } as const;

/**
 * Follows one attempt: reports its output as it grows and its end.
 *
 * The launcher tells the end at once; everything else is asked for, at first every 100 ms and, while nothing is
 * written, ever more rarely down to once a second. Asking also notices a supervisor that was killed.
 */
export class AttemptFollower implements Watch {
  readonly leaves = 'command';
  readonly #offsets: { stdout: number; stderr: number };
  #timer: NodeJS.Timeout | null = null;
  #delay = POLL_FIRST_MS;
  #looks = 0;
  #asking = false;
  #stopped = false;
  #begun = false;
  /** What the launcher told of the end, while output is still to be read. */
  #told: readonly string[] | null = null;

  constructor(
    readonly session: NodeSession,
    readonly attempt: string,
    offsets: OutputSizes,
    private readonly followed: Followed,
  ) {
    this.#offsets = { stdout: offsets.stdout, stderr: offsets.stderr };
  }

  /** Begins to follow; `now` if the attempt may be over already. */
  begin(now: boolean): void {
    this.#later(now ? 0 : this.#delay);
    // Reports come after the answer to whoever started the attempt: once all that waits for the answer has run.
    setImmediate(() => {
      this.#begun = true;
      if (this.#told) this.ended(this.#told);
    });
  }

  survivesLinkLoss(): boolean {
    return false;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** The launcher's report of the end: code, bytes kept and dropped of each stream, whether there are outputs, short output. */
  ended(words: readonly string[]): void {
    if (this.#stopped) return;
    this.#told = words;
    if (this.#begun && !this.#asking) void this.#askUnlessComplete(words);
  }

  #askUnlessComplete(told: readonly string[]): Promise<void> {
    const [code = '', keptOut, droppedOut, keptErr, droppedErr, hasOutputs, ...text] = told;
    const isUnknown = !keptOut || !keptErr;
    if (!isUnknown) this.#emitCarried(text.join(' '), countOf(keptOut), countOf(keptErr));
    if (isUnknown || this.#offsets.stdout < countOf(keptOut) || this.#offsets.stderr < countOf(keptErr))
      return this.#ask();
    return this.#finish(code, countOf(droppedOut), countOf(droppedErr), hasOutputs === '1');
  }

  #later(delay: number): void {
    if (this.#stopped) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), delay);
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#stopped) return;
    this.#asking = true;
    if (this.#timer) clearTimeout(this.#timer);
    try {
      await this.#poll();
    } catch (error) {
      // The session's end is reported by whoever opened it.
      if (!(error instanceof ChannelClosed)) throw error;
    } finally {
      this.#asking = false;
    }
  }

  async #poll(): Promise<void> {
    const { stdout, stderr } = this.#offsets;
    const blocks = [Math.floor(stdout / BLOCK), Math.floor(stderr / BLOCK)];
    const { words, bulk } = await this.session.request('poll', [this.attempt, ...blocks, BLOCKS_A_READ], {
      bulkSize: ([, , out, err]) => Number(out) + Number(err),
    });
    if (this.#stopped) return;
    const [state, code = '', outBytes, , droppedOut, droppedErr, hasOutputs] = words;
    const grewOut = this.#emit('stdout', bulk.subarray(0, countOf(outBytes)));
    const grewErr = this.#emit('stderr', bulk.subarray(countOf(outBytes)));
    if (grewOut === 'full' || grewErr === 'full') return this.#later(0);
    this.#delay = grewOut || grewErr ? POLL_FIRST_MS : Math.min(this.#delay * 1.5, POLL_MAX_MS);
    switch (state) {
      case 'end':
        return this.#finish(code, countOf(droppedOut), countOf(droppedErr), hasOutputs === '1');
      case 'exit':
        if (++this.#looks >= SETTLE_LOOKS_MAX)
          return this.#finish(code, countOf(droppedOut), countOf(droppedErr), hasOutputs === '1');
        return this.#later(POLL_FIRST_MS);
      case 'gone':
        // A full disk may keep the end from being recorded, but not from being told.
        if (this.#told)
          return this.#finish(this.#told[0] ?? '', countOf(droppedOut), countOf(droppedErr), hasOutputs === '1');
        return this.#end(LOST);
      case 'none':
        return this.#end(LOST);
      // Forgotten on the node: the line that stays knows how it ended.
      case 'done':
        return this.#end(resultOf(code, { ...this.#offsets }));
      default:
        return this.#later(this.#told ? 0 : this.#delay);
    }
  }

  /** Output that came with the end is that of both streams, or it is none. */
  #emitCarried(text: string, keptOut: number, keptErr: number): void {
    if (text.length === 0 || text.length !== keptOut + keptErr) return;
    const bytes = Buffer.from(text.replaceAll(LINE_END, '\n'), 'latin1');
    this.#report('stdout', bytes.subarray(this.#offsets.stdout, keptOut));
    this.#report('stderr', bytes.subarray(keptOut + this.#offsets.stderr));
  }

  /** Reports the new part of a read; `full` if there may be more at once. */
  #emit(stream: OutputStream, read: Buffer): 'full' | 'grew' | null {
    const fresh = read.subarray(this.#offsets[stream] % BLOCK);
    this.#report(stream, fresh);
    if (read.length === BLOCKS_A_READ * BLOCK) return 'full';
    return fresh.length > 0 ? 'grew' : null;
  }

  #report(stream: OutputStream, fresh: Buffer): void {
    for (let at = 0; at < fresh.length; at += CHUNK_MAX) {
      const bytes = fresh.subarray(at, at + CHUNK_MAX);
      this.followed.report({ kind: 'output', attempt: this.attempt, stream, offset: this.#offsets[stream], bytes });
      this.#offsets[stream] += bytes.length;
    }
  }

  async #finish(code: string, droppedOut: number, droppedErr: number, hasOutputs: boolean): Promise<void> {
    let outputs: JsonObject | undefined;
    let note: string | undefined;
    if (hasOutputs) {
      const parsed = await this.#readOutputs();
      if (!parsed || this.#stopped) return;
      if ('outputs' in parsed) outputs = parsed.outputs;
      else note = parsed.note;
    }
    const sizes = { stdout: this.#offsets.stdout + droppedOut, stderr: this.#offsets.stderr + droppedErr };
    this.#end(resultOf(code, sizes, outputs), sizes, note);
  }

  async #readOutputs(): Promise<ReturnType<typeof parseOutputs> | null> {
    try {
      const { bulk } = await this.session.request('fetch', [this.attempt, 'output', 0, OUTPUTS_MAX / BLOCK + 1], {
        bulkSize: ([, bytes]) => Number(bytes),
      });
      return parseOutputs(bulk);
    } catch (error) {
      if (error instanceof ChannelClosed) return null;
      throw error;
    }
  }

  #end(result: AttemptResult, sizes: OutputSizes = { ...this.#offsets }, note?: string): void {
    this.followed.finish(this, { kind: 'ended', attempt: this.attempt, result, sizes, ...(note ? { note } : {}) });
  }
}
