import type { AuditEntry } from '@muster/client';
import { type Command, Option } from 'commander';
import { act, integer, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { table } from '../io/table';
import { usageProblem } from '../usage-problem';

const SHOWN = 100;
const SHOWN_MAX = 1_000_000;

interface Options {
  readonly who?: string;
  readonly what?: string;
  readonly outcome?: AuditEntry['outcome'];
  readonly from?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly all?: boolean;
}

/** `audit`: who did what, and who was not let. */
export function defineAuditCommand(run: Run, program: Command): void {
  const command = program
    .command('audit')
    .description('who did what in the project and why, and who was not let, newest first')
    .option('--who <name>', 'only what this person or program did')
    .option('--what <operation>', 'only this operation of the API, such as startTransaction')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(['done', 'refused', 'failed']))
    .option('--from <address>', 'only what came from this address')
    .option('--since <time>', 'not before (ISO 8601)')
    .option('--until <time>', 'before (ISO 8601)')
    .option('--limit <count>', 'at most so many', integer(1, SHOWN_MAX), SHOWN)
    .option('--all', 'of all projects and of none, for administrators of the installation');
  act<Options>(run, command, async (session, { limit, all = false, ...filter }) => {
    for (const bound of ['since', 'until'] as const)
      if (filter[bound] !== undefined && Number.isNaN(Date.parse(filter[bound])))
        throw usageProblem(`--${bound}`, `"${filter[bound]}" is no time as ISO 8601`);
    const { who, what, outcome, from, since, until } = filter;
    const { audit } = await session.client();
    const entries = audit[all ? 'listAll' : 'list']({ who, what, outcome, from, since, until });
    const shown: AuditEntry[] = [];
    for await (const entry of entries) if (shown.push(entry) >= limit) break;
    const headings = [...(all ? ['project'] : []), 'at', 'who', 'what', 'about', 'outcome', 'why', 'from'];
    session.answer(shown, () =>
      table(
        headings,
        shown.map((it) => [...(all ? [it.project ?? ''] : []), ...row(it)]),
      ),
    );
    return ExitCode.success;
  });
}

function row({ at, who, what, subject, outcome, code, count, why, from }: AuditEntry): readonly string[] {
  const times = count === 1 ? '' : ` (${count} times)`;
  return [
    at,
    who ?? 'a stranger',
    what,
    subject,
    `${outcome}${code === null ? '' : ` ${code}`}${times}`,
    why ?? '',
    from,
  ];
}
