/** One server-sent event. `id` is the last id seen so far, as the standard says. */
export interface SseEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Longest event that is taken; a server that sends more is not ours. */
export const SSE_EVENT_CHARS_MAX = 16 * 1024 * 1024;

/** Cuts a stream of text into server-sent events, whatever the edges of the pieces. Comments (heartbeats) yield nothing. */
export class SseParser {
  #rest = '';
  #afterReturn = false;
  #id: string;
  #event = '';
  #data: string[] = [];
  #size = 0;

  constructor(lastId = '') {
    this.#id = lastId;
  }

  /** Events completed by `text`. Fails with an Error on an event larger than `SSE_EVENT_CHARS_MAX`. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    // A return at the end of one piece and a newline at the start of the next are one line end.
    const fresh = this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    this.#afterReturn = text === '' ? this.#afterReturn : text.endsWith('\r');
    const lines = (this.#rest + fresh).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    if (this.#size + this.#rest.length > SSE_EVENT_CHARS_MAX) throw new Error('an event of the stream is too large');
    return events;
  }

  #line(line: string): SseEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') {
      this.#data.push(value);
      this.#size += value.length;
    } else if (field === 'event') {
      this.#event = value;
    } else if (field === 'id' && !value.includes('\0')) {
      this.#id = value;
    }
    return null;
  }

  #dispatch(): SseEvent | null {
    const event =
      this.#data.length > 0 ? { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') } : null;
    this.#data = [];
    this.#event = '';
    this.#size = 0;
    return event;
  }
}
