import { ADMIN_TOKEN } from './test-planner.testing';

export interface SseEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads a stream of server-sent events and keeps what it says. */
export class SseReader {
  readonly events: SseEvent[] = [];
  ended = false;
  readonly #controller = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  static async open(url: string, lastEventId?: string, token: string = ADMIN_TOKEN): Promise<SseReader> {
    const reader = new SseReader();
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: reader.#controller.signal,
    });
    if (response.status !== 200 || response.body === null)
      throw new Error(`${response.status}: ${await response.text()}`);
    reader.#reading = reader.#read(response.body);
    return reader;
  }

  async close(): Promise<void> {
    this.#controller.abort();
    await this.#reading;
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        this.events.push(...frames.filter((frame) => !frame.startsWith(':')).map(parse));
      }
    } catch {
      // Cut, by us or by the server.
    }
    this.ended = true;
  }
}

function parse(frame: string): SseEvent {
  const fields = new Map(
    frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? 'message', data: fields.get('data') ?? '' };
}
