import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecretValue } from '@muster/model';
import { problem, type ProblemCode } from '@muster/problems';

/** Where an executor is asked how it is. */
export interface HealthAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM; absent: plain HTTP. */
  readonly tls?: { readonly cert?: string; readonly key?: string };
  /** Opens `/metrics`; null: nobody may read them. */
  readonly token: SecretValue | null;
}

/** What is told there. */
export interface HealthAnswers {
  /** What is missing; nothing: the executor takes work. */
  readonly reasons: () => Promise<readonly string[]>;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

export interface HealthServer {
  /** `http://127.0.0.1:9464`. */
  readonly url: string;
  close(): Promise<void>;
}

const METHODS = ['GET', 'HEAD'];
/** Nothing that is asked here has a body or takes long to say. */
const REQUEST_MS = 5_000;
/** How often it is looked whether a request has taken longer; Node's own half a minute would be added to the time above. */
const LOOK_EVERY_MS = 1_000;
/** Beyond it the oldest connection ends, so that nobody who opens many and says nothing keeps probes out. */
const CONNECTIONS_MAX = 100;

/**
 * Serves `GET /health/live`, `GET /health/ready` and, to whoever has the token, `GET /metrics`; to everybody else nothing,
 * not even what is there. Fails where the address cannot be listened on.
 */
export async function serveHealth(address: HealthAddress, answers: HealthAnswers): Promise<HealthServer> {
  const listener: RequestListener = (request, response) => {
    answer(request, response, address.token, answers).catch(() =>
      refuse(request, response, 500, 'API_INTERNAL', 'The executor has failed at it; its log says why.'),
    );
  };
  const { tls } = address;
  const times = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: LOOK_EVERY_MS };
  const server: Server =
    tls === undefined ? createServer(times, listener) : createTlsServer({ ...times, ...tls }, listener);
  endOldest(server, CONNECTIONS_MAX);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host.replace(/^\[|\]$/g, '')}]` : address.host;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Ends the oldest connection whenever there are more than `most`. */
function endOldest(server: Server, most: number): void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const [oldest] = open;
    if (open.size > most) oldest?.destroy();
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: SecretValue | null,
  { reasons, metrics }: HealthAnswers,
): Promise<void> {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('cache-control', 'no-store');
  const path = pathOf(request);
  const isAsked = METHODS.includes(request.method ?? '');
  if (isAsked && path === '/health/live') return tell(response, 200, { status: 'ok' });
  if (isAsked && path === '/health/ready') {
    const missing = await reasons();
    const isReady = missing.length === 0;
    return tell(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'unavailable', reasons: missing });
  }
  if (!isOpenedBy(request, token)) {
    const summary =
      token === null ? 'MUSTER_METRICS_TOKEN is not set, so nobody may read it.' : 'The request has no valid token.';
    return refuse(request, response, 401, 'API_UNAUTHENTICATED', summary);
  }
  if (!isAsked || path !== '/metrics')
    return refuse(
      request,
      response,
      404,
      'API_NOT_FOUND',
      'An executor tells /health/live, /health/ready and /metrics.',
    );
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
}

/** Of what is no path '', which is nothing that is served. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? '';
}

function isOpenedBy(request: IncomingMessage, token: SecretValue | null): boolean {
  const given = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === null || given === undefined) return false;
  // Hashes are of one length, and are compared in one time.
  return timingSafeEqual(hashOf(given), hashOf(token.reveal()));
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

function tell(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(JSON.stringify(body));
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: ProblemCode,
  summary: string,
): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const subject = `${request.method} ${pathOf(request).slice(0, 200)}`;
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  const problems = [problem(code, { subject, summary })];
  const details = { type: `urn:muster:problem:${code}`, title: 'Refused', status, detail: summary, problems };
  tell(response, status, details, 'application/problem+json');
}
