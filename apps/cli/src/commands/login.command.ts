import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { revoke } from '../identity/renew-sign-in';
import { signIn } from '../identity/sign-in';
import { serverAddress } from '../connection/server-address';
import { readUserConfig, writeUserConfig } from '../connection/user-config';
import { usageProblem } from '../usage-problem';

/** `login`, `logout`: a person's token from an issuer of OpenID Connect, kept in the user configuration. */
export function defineLoginCommands(run: Run, program: Command): void {
  const login = program
    .command('login')
    .description('sign in by OpenID Connect: confirm in a browser; the token is kept in the user configuration')
    .option('--issuer <url>', 'who signs people in (else MUSTER_OIDC_ISSUER)')
    .option('--client-id <id>', 'as what this program is known there (else MUSTER_OIDC_CLIENT_ID)')
    .option('--scope <scopes>', 'what to ask for (default "openid profile", and offline_access where there is that)');
  act<{ issuer?: string; clientId?: string; scope?: string }>(run, login, async (session, options) => {
    const { env } = session.io;
    const before = await readUserConfig(session.io);
    const issuer = options.issuer ?? (env['MUSTER_OIDC_ISSUER'] || before.issuer) ?? '';
    const clientId = options.clientId ?? (env['MUSTER_OIDC_CLIENT_ID'] || before.clientId) ?? '';
    if (!URL.canParse(issuer)) throw usageProblem('--issuer', 'the address of the issuer is needed');
    if (clientId === '') throw usageProblem('--client-id', 'it is needed');
    const { server } = await serverAddress(session.io, session.options);
    const { token, refreshToken, expiresAt } = await signIn({
      ...{ issuer, clientId, scope: options.scope },
      tell: (address, code) => session.say(`Open ${address} and confirm the code ${code}`),
    });
    await writeUserConfig(session.io, { server, token, issuer, clientId, refreshToken });
    session.answer(
      { server, expiresAt, renewed: refreshToken !== null },
      () =>
        `signed in to ${server}${refreshToken !== null ? ', renewed by itself' : expiresAt === null ? '' : ` until ${expiresAt}`}\n`,
    );
    return ExitCode.success;
  });

  const logout = program
    .command('logout')
    .description('forget the token of the user configuration, and have the issuer end the sign-in');
  act(run, logout, async (session) => {
    const config = await readUserConfig(session.io);
    await writeUserConfig(session.io, { token: null, refreshToken: null, issuer: null, clientId: null });
    const kept = config.refreshToken === undefined ? null : await revoke(config);
    if (kept !== null) session.say(`The issuer still takes the refresh token: ${kept}`);
    session.answer({ token: null }, () => 'signed out\n');
    return ExitCode.success;
  });
}
