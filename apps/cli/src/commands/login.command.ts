import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { signIn } from '../identity/sign-in';
import { serverAddress } from '../connection/server-address';
import { writeUserConfig } from '../connection/user-config';
import { usageProblem } from '../usage-problem';

/** `login`, `logout`: a person's token from an issuer of OpenID Connect, kept in the user configuration. */
export function defineLoginCommands(run: Run, program: Command): void {
  const login = program
    .command('login')
    .description('sign in by OpenID Connect: confirm in a browser; the token is kept in the user configuration')
    .option('--issuer <url>', 'who signs people in (else MUSTER_OIDC_ISSUER)')
    .option('--client-id <id>', 'as what this program is known there (else MUSTER_OIDC_CLIENT_ID)')
    .option('--scope <scopes>', 'what to ask for', 'openid profile');
  act<{ issuer?: string; clientId?: string; scope: string }>(run, login, async (session, options) => {
    const { env } = session.io;
    const issuer = options.issuer ?? env['MUSTER_OIDC_ISSUER'] ?? '';
    const clientId = options.clientId ?? env['MUSTER_OIDC_CLIENT_ID'] ?? '';
    if (!URL.canParse(issuer)) throw usageProblem('--issuer', 'the address of the issuer is needed');
    if (clientId === '') throw usageProblem('--client-id', 'it is needed');
    const { server } = await serverAddress(session.io, session.options);
    const { token, expiresAt } = await signIn({
      ...{ issuer, clientId, scope: options.scope },
      tell: (address, code) => session.say(`Open ${address} and confirm the code ${code}`),
    });
    await writeUserConfig(session.io, { server, token });
    session.answer(
      { server, expiresAt },
      () => `signed in to ${server}${expiresAt === null ? '' : ` until ${expiresAt}`}\n`,
    );
    return ExitCode.success;
  });

  const logout = program.command('logout').description('forget the token of the user configuration');
  act(run, logout, async (session) => {
    await writeUserConfig(session.io, { token: null });
    session.answer({ token: null }, () => 'signed out\n');
    return ExitCode.success;
  });
}
