import { readUserConfig, type UserConfig, writeUserConfig } from '../connection/user-config';
import { withConfigLock } from '../connection/config-lock';
import type { Io } from '../io/io';

/** Renewed so long before its end, since a request is under way for a while. */
const EARLY_MS = 30_000;

/** Asks the issuer. Fails with `ProblemsError` when the sign-in has ended, with `IssuerUnreachable` when the issuer did not say. */
export type Renew = (config: UserConfig) => Promise<Pick<UserConfig, 'token' | 'refreshToken'>>;

/**
 * The token of the user configuration, renewed there shortly before its end. Issuers take a refresh token once, so that
 * programs that run at the same time take turns, and whoever comes second finds it renewed.
 */
export function renewedToken(io: Io, renew: Renew): () => Promise<string | null> {
  let token: string | null = null;
  return async () => {
    if (token !== null && endOf(token) - io.now() > EARLY_MS) return token;
    const kept = await readUserConfig(io);
    token = kept.token ?? null;
    if (token === null || kept.refreshToken === undefined || endOf(token) - io.now() > EARLY_MS) return token;
    token = await withConfigLock(io, async () => {
      const config = await readUserConfig(io);
      const { token: current } = config;
      if (current === undefined || endOf(current) - io.now() > EARLY_MS) return current ?? null;
      try {
        const renewed = await renew(config);
        await writeUserConfig(io, renewed);
        return renewed.token ?? null;
      } catch (error) {
        // Good for some seconds yet; the next request asks again.
        if (endOf(current) > io.now() && error instanceof Error && error.name === 'IssuerUnreachable') return current;
        throw error;
      }
    });
    return token;
  };
}

/** When a JWT ends, in milliseconds; what is none, or says nothing of it, has no end. */
export function endOf(token: string): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: unknown };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : Infinity;
  } catch {
    return Infinity;
  }
}
