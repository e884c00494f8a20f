import type { GivenToken, TokenView } from '@muster/client';
import { type Command, Option } from 'commander';
import { act, integer, repeated, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { parseExpiry, parseRole, parseRoles } from '../identity/token-options';
import { collect } from '../io/collect';
import { table } from '../io/table';
import type { Session } from '../session';

const KEEP_SECONDS_MAX = 7 * 24 * 3600;

/** `token`: list, show, create, rotate, role, revoke. */
export function defineTokenCommands(run: Run, program: Command): void {
  const group = program.command('token').description('tokens: what people and programs show to be let in');
  const expires = () => new Option('--expires <when>', 'when it ends: 90d, 12h, 30m, or a time as ISO 8601');

  const list = group
    .command('list')
    .description('list tokens with a role in the project')
    .addOption(new Option('--state <state>', 'only those').choices(['active', 'expired', 'revoked']));
  act<{ state?: TokenView['state'] }>(run, list, async (session, { state }) => {
    const items = await collect((await session.client()).tokens.list(state === undefined ? {} : { state }));
    session.answer(items, () => shown(items));
    return ExitCode.success;
  });

  act(
    run,
    group.command('show <name>').description('show a token, without its text'),
    async (session, _, [name = '']) => {
      const token = await (await session.client()).tokens.get(name);
      session.answer(token, () => shown([token]));
      return ExitCode.success;
    },
  );

  const create = group
    .command('create <name>')
    .description('make a token and print it, once')
    .requiredOption('--role <role>', 'viewer, operator, admin or publisher; or PROJECT=ROLE, repeated', repeated)
    .addOption(expires());
  act<{ role: readonly string[]; expires?: string }>(run, create, async (session, options, [name = '']) => {
    const roles = parseRoles(options.role);
    const end = options.expires === undefined ? {} : { expiresAt: parseExpiry(options.expires, Date.now()) };
    tell(session, await (await session.client()).tokens.create({ name, ...roles, ...end }));
    return ExitCode.success;
  });

  const rotate = group
    .command('rotate <name>')
    .description('give a token another text and print it, once')
    .option('--keep <seconds>', 'how long what it was is still taken', integer(0, KEEP_SECONDS_MAX), 0)
    .addOption(expires());
  act<{ keep: number; expires?: string }>(run, rotate, async (session, { keep, expires: when }, [name = '']) => {
    const end = when === undefined ? {} : { expiresAt: parseExpiry(when, Date.now()) };
    tell(session, await (await session.client()).tokens.rotate(name, { keepSeconds: keep, ...end }));
    return ExitCode.success;
  });

  const role = group.command('role <name> <role>').description('give a token a role in the project, or `none`');
  act(run, role, async (session, _, [name = '', text = '']) => {
    const { tokens } = await session.client();
    if (text === 'none') await tokens.removeRole(name);
    else await tokens.setRole(name, parseRole(text));
    session.answer({ token: name, role: text }, () => `token ${name}: ${text}\n`);
    return ExitCode.success;
  });

  act(run, group.command('revoke <name>').description('end a token for good'), async (session, _, [name = '']) => {
    await (await session.client()).tokens.revoke(name);
    session.answer({ token: name, revoked: true }, () => `token ${name} is revoked\n`);
    return ExitCode.success;
  });
}

/** The token alone on stdout, to be piped into where it is kept. */
function tell(session: Session, given: GivenToken): void {
  session.answer(given, () => `${given.token}\n`);
  const until = given.expiresAt === null ? '' : `, until ${given.expiresAt}`;
  session.say(`token ${given.name} (${spell(given)}${until}); it is not shown again`);
}

function spell({ roles }: TokenView): string {
  return Object.entries(roles)
    .map(([project, each]) => `${each} in ${project === '*' ? 'every project' : project}`)
    .join(', ');
}

function shown(tokens: readonly TokenView[]): string {
  return table(
    ['name', 'roles', 'state', 'made by', 'expires', 'last used'],
    tokens.map((it) => [it.name, spell(it), it.state, it.createdBy, it.expiresAt ?? 'never', it.lastUsedAt ?? 'never']),
  );
}
