import { problem } from '@muster/problems';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ADMIN_EVERYWHERE } from '../identity/grants';
import { hashToken } from '../identity/token-hash';
import { isLoopback } from '../planner-config';
import { FailedSignIns } from './failed-sign-ins';
import { type Nobody, type Principal, setCheck, setPrincipal } from './principal';
import { sendProblems } from './problem-details';

/** Whom a bearer token belongs to. */
export type FindPrincipal = (token: string) => Promise<Principal | Nobody>;

/** Told to whoever has the token, with what to do about it. */
const ENDED: Readonly<Record<Nobody['why'], readonly [string, string | undefined]>> = {
  unknown: ['The token is not valid.', undefined],
  revoked: ['The token was revoked.', 'Ask an administrator of the project for another: `muster token create`.'],
  expired: [
    "The token's time is over.",
    'Sign in again with `muster login`, or ask an administrator of the project for another token: `muster token create`.',
  ],
  rotated: [
    'The token was replaced by another text of the same name.',
    'Use the text that `muster token rotate` has printed.',
  ],
};

/**
 * Stands before body parsing and routing, so that nothing is read, looked up or told to be missing for a stranger.
 * With `findPrincipal` null (authentication off) everyone on this machine is `local`; a foreign Host header is refused,
 * since a web page can make a browser send requests to a loopback address under a name of its own; and so is what a
 * browser says to come from a page that is not this machine's.
 */
export function identify(findPrincipal: FindPrincipal | null, failures = new FailedSignIns()): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.path.startsWith('/health/')) return next();
    if (findPrincipal === null) {
      if (!isLoopback(hostOf(request)))
        return refuse(request, response, 'Without authentication only requests to a loopback host are answered.');
      if (isFromElsewhere(request))
        return refuse(
          request,
          response,
          'Without authentication no requests of web pages from elsewhere are answered.',
        );
      setPrincipal(request, { kind: 'person', name: 'local', grants: ADMIN_EVERYWHERE });
      return next();
    }
    const token = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return refuse(request, response, 'The request has no bearer token.');
    const address = request.ip ?? '';
    const hash = hashToken(token);
    const waitMs = failures.waitMs(address, performance.now());
    if (waitMs > 0 && !failures.wasGood(hash, performance.now())) return slowDown(request, response, waitMs);
    findPrincipal(token).then((principal) => {
      if (principal.kind === 'nobody') {
        failures.failed(address, performance.now());
        return refuse(request, response, ...ENDED[principal.why]);
      }
      failures.succeeded(hash, performance.now());
      setPrincipal(request, principal);
      setCheck(request, () => findPrincipal(token));
      next();
    }, next);
  };
}

function hostOf(request: Request): string {
  return (request.headers.host ?? '').replace(/:\d+$/, '');
}

/** What browsers tell of where a request comes from; other programs tell nothing. */
function isFromElsewhere({ headers }: Request): boolean {
  const { origin } = headers;
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !isLoopback(new URL(origin).hostname);
}

function slowDown(request: Request, response: Response, waitMs: number): void {
  const seconds = Math.ceil(waitMs / 1000);
  response.setHeader('retry-after', String(seconds));
  const summary = `Too many tokens from this address were not valid; it is heard again in ${seconds} s.`;
  const subject = `${request.method} ${request.path}`;
  sendProblems(response, 429, [problem('API_TOO_MANY_FAILURES', { subject, summary })], request.originalUrl);
}

function refuse(request: Request, response: Response, summary: string, remedy?: string): void {
  const subject = `${request.method} ${request.path}`;
  const told = { subject, summary, ...(remedy === undefined ? {} : { remedy }) };
  sendProblems(response, 401, [problem('API_UNAUTHENTICATED', told)], request.originalUrl);
}
