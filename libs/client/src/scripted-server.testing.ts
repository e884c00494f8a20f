import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

/** A server that gives the answers of a script in turn, the last one repeated, and keeps what it was asked. */
export async function startScriptedServer(...answers: readonly Answer[]) {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const it = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts),
      };
      const answer = answers[Math.min(seen.length, answers.length - 1)];
      seen.push(it);
      answer?.(response, it);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

/** Answers with JSON. */
export function json(value: unknown, status = 200, contentType = 'application/json'): Answer {
  return (response) => response.writeHead(status, { 'content-type': contentType }).end(JSON.stringify(value));
}

/** Breaks the connection without an answer. */
export const hangUp: Answer = (response) => response.destroy();

/** Sends server-sent events; then ends the stream, cuts it, or leaves it open. */
export function events(text: string, then: 'end' | 'cut' | 'open' = 'end'): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'cut') response.destroy();
    });
  };
}
