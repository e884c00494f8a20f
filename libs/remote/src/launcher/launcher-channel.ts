import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { BulkReader } from './bulk-reader';
import { launcherSource } from './launcher-source';
import { quoteWord } from './shell-words';

/** What runs the launcher: a shell's three streams, over SSH or of a child process. */
export interface ShellStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface LauncherOptions {
  /** State folder, unless the node's own environment names one. */
  readonly stateDir: string;
  /** Bytes of each output stream that are kept on the node; at least 65536. */
  readonly outputLimit: number;
  readonly helloTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** The launcher's functions; default as they are, else for tests that plant faults. */
  readonly source?: string;
}

/** The words of an answer, and the bytes that came with it. */
export interface Answer {
  readonly words: readonly string[];
  readonly bulk: Buffer;
}

/** `machine`: the system's machine id and that of the state folder. `missing`: the node lacks what `detail` names. `closed`: the shell ended, or was `silent`; `detail` quotes what it said. */
export type Hello =
  | { readonly kind: 'hello'; readonly bootId: string; readonly machine: string }
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'closed'; readonly silent: boolean; readonly detail: string };

/** The channel closed before an answer came; `sent` is false if the node certainly never saw the request. */
export class ChannelClosed extends Error {
  constructor(readonly sent: boolean) {
    super('the connection to the launcher closed');
    this.name = 'ChannelClosed';
  }
}

export interface RequestExtra {
  /** Bytes that follow the request's line. */
  readonly payload?: Buffer;
  /** How many bytes came with an answer. */
  readonly bulkSize?: (words: readonly string[]) => number;
  /** How much longer than usual the answer may take. */
  readonly waitMs?: number;
  /** May wait so long for another request to be sent with, after it and in the same packet; not with a payload. */
  readonly mayWaitMs?: number;
}

interface Pending {
  readonly line: string;
  readonly payload: Buffer | null;
  readonly bulkSize: (words: readonly string[]) => number;
  readonly waitMs: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  sent: boolean;
  /** The answer's line has come; its bytes are awaited. */
  isAnswered: boolean;
  timer: NodeJS.Timeout | null;
}

const NO_BYTES = Buffer.alloc(0);
const LINE_MAX = 65_536;
/** Bytes that may come with an answer, or wait for one: far more than is ever asked for at once. */
const BULK_MAX = 8 * 1024 * 1024;
/** No launcher says anything else. */
const MACHINE = /^(-|[0-9a-f]{1,64}) [0-9a-f-]{36}$/;
const noBulk = (): number => 0;

/**
 * Speaks with one launcher: requests are lines, answers carry the request's number, bytes of output come on stderr.
 * What the shell prints before the launcher's first answer is ignored, so that login banners do no harm.
 */
export class LauncherChannel {
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #pending = new Map<string, Pending>();
  readonly #queue: [string, Pending][] = [];
  /** Requests that wait for another to be sent with. */
  #patient: [string, Pending][] = [];
  #patience: NodeJS.Timeout | null = null;
  readonly #bulk = new BulkReader();
  #bulkOpen = false;
  #bulkHead = '';
  #text = '';
  #number = 0;
  #payloadOut = false;
  #closed = false;
  #silent = false;
  #onHello: ((hello: Hello) => void) | null = null;

  /** The launcher told that an attempt's command has ended: id and the numbers of the report. */
  onEnded: (words: readonly string[]) => void = () => undefined;
  /** Called once, when the shell is gone or is given up. */
  onClosed: () => void = () => undefined;

  constructor(
    private readonly streams: ShellStreams,
    private readonly options: LauncherOptions,
  ) {
    streams.stdout.on('data', (piece: Buffer) => this.#read(piece));
    streams.stderr.on('data', (piece: Buffer) => this.#readBulk(piece));
    for (const stream of [streams.stdin, streams.stdout, streams.stderr]) stream.on('error', () => this.close());
    streams.stdout.on('end', () => this.close());
    streams.stdout.on('close', () => this.close());
  }

  /** Sends the launcher and waits for its first answer. Call once. */
  open(): Promise<Hello> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#silent = true;
        this.close();
      }, this.options.helloTimeoutMs);
      this.#onHello = (hello) => {
        clearTimeout(timer);
        this.#onHello = null;
        resolve(hello);
        if (hello.kind !== 'hello') this.close();
      };
      const { stateDir, outputLimit, source = launcherSource() } = this.options;
      // Some shells read ahead while they read functions; so nothing may follow until the launcher has answered. And
      // others do not: so nothing may stand on a line after this one either.
      this.streams.stdin.write(
        `${source}\nhello ${this.#nonce} ${quoteWord(stateDir)} ${outputLimit} && serve; exit\n`,
      );
      if (this.#closed) this.#onHello({ kind: 'closed', silent: false, detail: '' });
    });
  }

  /**
   * One request; words must hold no space. Fails with `ChannelClosed` when the link breaks or no answer comes in time.
   */
  request(verb: string, words: readonly (string | number)[], extra: RequestExtra = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const number = String(++this.#number);
      const line = `${number} ${verb} ${words.join(' ')} .\n`;
      const { payload = null, bulkSize = noBulk, waitMs = 0, mayWaitMs = 0 } = extra;
      const pending: Pending = {
        line,
        payload,
        bulkSize,
        waitMs,
        resolve,
        reject,
        sent: false,
        isAnswered: false,
        timer: null,
      };
      if (this.#closed) reject(new ChannelClosed(false));
      else if (mayWaitMs > 0) this.#defer(number, pending, mayWaitMs);
      else if (this.#payloadOut) this.#queue.push([number, pending]);
      else this.#send(number, pending);
    });
  }

  /** An answer is awaited. */
  get isAwaited(): boolean {
    return this.#pending.size > 0;
  }

  close(): void {
    if (this.#closed) return;
    // What may wait is not forgotten for that; nobody hears the answer.
    if (!this.#payloadOut) this.#sendPatient();
    this.#closed = true;
    const said = `${this.#bulkHead}\n${this.#text}`.replaceAll(/[^\x20-\x7e\n]/g, '').trim();
    this.#onHello?.({ kind: 'closed', silent: this.#silent, detail: said.slice(-300) });
    this.streams.stdin.end();
    if (this.#patience) clearTimeout(this.#patience);
    for (const [, pending] of [...this.#pending, ...this.#queue, ...this.#patient]) {
      if (pending.timer) clearTimeout(pending.timer);
      pending.reject(new ChannelClosed(pending.sent));
    }
    this.#pending.clear();
    this.#queue.length = 0;
    this.#patient = [];
    this.#bulk.clear();
    this.onClosed();
  }

  #defer(number: string, pending: Pending, waitMs: number): void {
    this.#patient.push([number, pending]);
    this.#patience ??= setTimeout(() => {
      this.#patience = null;
      // While a payload is on its way nothing may follow it; its answer lets what waits go.
      if (!this.#payloadOut) this.#sendPatient();
    }, waitMs);
  }

  #sendPatient(): void {
    const lines = this.#takePatient();
    if (lines !== '') this.streams.stdin.write(lines);
  }

  /** The lines of what waits, from now on sent; empty if nothing does. */
  #takePatient(): string {
    if (this.#patient.length === 0) return '';
    if (this.#patience) clearTimeout(this.#patience);
    this.#patience = null;
    const waiting = this.#patient;
    this.#patient = [];
    for (const [number, pending] of waiting) this.#await(number, pending);
    return waiting.map(([, { line }]) => line).join('');
  }

  #await(number: string, pending: Pending): void {
    pending.sent = true;
    pending.timer = setTimeout(() => this.close(), this.options.answerTimeoutMs + pending.waitMs);
    this.#pending.set(number, pending);
  }

  #send(number: string, pending: Pending): void {
    this.#await(number, pending);
    this.streams.stdin.write(pending.payload ? pending.line : pending.line + this.#takePatient());
    if (!pending.payload) return;
    // Some `head` read ahead of what they were asked for; so nothing follows a payload until it is answered.
    this.#payloadOut = true;
    this.streams.stdin.write(pending.payload);
  }

  #read(piece: Buffer): void {
    if (this.#closed) return;
    this.#text += piece.toString('latin1');
    if (this.#onHello) this.#greet();
    if (this.#onHello) this.#text = this.#text.slice(-LINE_MAX);
    else this.#readAnswers();
  }

  /** Looks for the launcher's first answer in what has come so far. */
  #greet(): void {
    const at = this.#text.indexOf(`\n${this.#nonce} `);
    const end = at < 0 ? -1 : this.#text.indexOf('\n', at + 1);
    if (end < 0) return;
    const [, word, ...rest] = this.#text.slice(at + 1, end).split(' ');
    this.#text = this.#text.slice(end + 1);
    const [, bootId = '', ...machine] = rest;
    if (word !== 'hello') this.#onHello?.({ kind: 'missing', detail: rest.join(' ') });
    else if (!MACHINE.test(machine.join(' ')))
      this.#onHello?.({ kind: 'missing', detail: 'it does not say which machine it is' });
    else this.#onHello?.({ kind: 'hello', bootId, machine: machine.join(' ') });
  }

  #readAnswers(): void {
    let start = 0;
    for (let end = this.#text.indexOf('\n'); end >= 0 && !this.#closed; end = this.#text.indexOf('\n', start)) {
      this.#answer(this.#text.slice(start, end).split(' '));
      start = end + 1;
    }
    this.#text = this.#text.slice(start);
    if (this.#text.length > LINE_MAX) this.close();
  }

  #answer(words: readonly string[]): void {
    const [first = '', ...rest] = words;
    if (first === 'ended') return this.onEnded(rest);
    const pending = this.#pending.get(first);
    if (!pending || pending.isAnswered) return;
    pending.isAnswered = true;
    const size = pending.bulkSize(rest);
    // No launcher says so: what answers is something else, or broken.
    if (!Number.isSafeInteger(size) || size < 0 || size > BULK_MAX) return this.close();
    // Until its bytes are there a request may still time out, or end with the connection.
    const settle = (bulk: Buffer): void => {
      this.#pending.delete(first);
      if (pending.timer) clearTimeout(pending.timer);
      pending.resolve({ words: rest, bulk });
    };
    if (size > 0) this.#bulk.take(size, settle);
    else settle(NO_BYTES);
    if (!pending.payload) return;
    this.#payloadOut = false;
    while (!this.#payloadOut && this.#queue.length > 0) this.#send(...this.#queue.shift()!);
    if (!this.#payloadOut && this.#patience === null) this.#sendPatient();
  }

  #readBulk(piece: Buffer): void {
    if (this.#closed) return;
    if (this.#bulkOpen) return this.#pushBulk(piece);
    this.#bulkHead += piece.toString('latin1');
    const mark = `\n${this.#nonce}\n`;
    const at = this.#bulkHead.indexOf(mark);
    // Said before the launcher answered: a login's noise, or the reason why there is no launcher.
    if (at < 0) {
      this.#bulkHead = this.#bulkHead.slice(-LINE_MAX);
      return;
    }
    this.#bulkOpen = true;
    const rest = Buffer.from(this.#bulkHead.slice(at + mark.length), 'latin1');
    this.#bulkHead = '';
    if (rest.length > 0) this.#pushBulk(rest);
  }

  #pushBulk(piece: Buffer): void {
    this.#bulk.push(piece);
    // Nobody asked for so much: kept for ever otherwise.
    if (this.#bulk.available > 2 * BULK_MAX) this.close();
  }
}
