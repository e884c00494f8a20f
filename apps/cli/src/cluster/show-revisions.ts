import type { Json } from '@muster/model';
import { ExitCode } from '../exit-code';
import { collect } from '../io/collect';
import { table } from '../io/table';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
import { spellPath } from './setting-path';

export async function listRevisions(session: Session, name: string): Promise<ExitCode> {
  const client = await session.client();
  const { liveRevision, revision } = await client.clusters.get(name);
  const items = await collect(client.clusters.revisions(name));
  const mark = (number: number): string =>
    [...(number === revision ? ['head'] : []), ...(number === liveRevision ? ['live'] : [])].join(', ');
  session.answer({ cluster: name, head: revision, live: liveRevision, revisions: items }, () =>
    table(
      ['revision', 'is', 'at', 'who', 'change', 'why'],
      items.map((it) => [it.number, mark(it.number), it.createdAt, it.who, it.change, it.why]),
    ),
  );
  return ExitCode.success;
}

/** `range`: `A..B`, each a number, `head` or `live`; one alone is compared with the head. */
export async function diffRevisions(session: Session, name: string, range: string): Promise<ExitCode> {
  const [, from = 'live', to = 'head'] = /^(head|live|\d{1,9})?(?:\.\.(head|live|\d{1,9})?)?$/.exec(range) ?? [];
  if (range !== '' && !/^(head|live|\d{1,9})?(\.\.(head|live|\d{1,9})?)?$/.test(range))
    throw usageProblem('A..B', `\`${range}\` names no two revisions, such as 3..5, live..head`);
  const diff = await (await session.client()).clusters.diff(name, from, to);
  session.say(
    `revision ${diff.from} to ${diff.to}: ${diff.changes.length === 0 ? 'no difference' : diff.changes.length}`,
  );
  session.answer(diff, () =>
    diff.changes
      .map(({ path, change, before, after }) => {
        const at = spellPath(path);
        if (change === 'added') return `+ ${at}: ${shown(after)}\n`;
        if (change === 'removed') return `- ${at}: ${shown(before)}\n`;
        return `~ ${at}: ${shown(before)} -> ${shown(after)}\n`;
      })
      .join(''),
  );
  return ExitCode.success;
}

export async function showSettings(session: Session, name: string, node: string | null): Promise<ExitCode> {
  const effective = await (await session.client()).clusters.effective(name, node);
  session.answer(effective, () =>
    table(
      ['setting', 'value', 'from', 'instead of', 'notes'],
      effective.values.map((it) => [
        spellPath(it.path),
        shown(it.value),
        `${it.origin.from} ${it.origin.by}`,
        it.inherits && `${shown(it.inherits.value)} (${it.inherits.origin.from} ${it.inherits.origin.by})`,
        (['generated', 'fixed', 'deprecated', 'unused', 'blank'] as const).filter((each) => it[each]).join(', '),
      ]),
    ),
  );
  return ExitCode.success;
}

export async function listOptions(session: Session, name: string): Promise<ExitCode> {
  const options = await (await session.client()).clusters.options(name);
  session.answer(options, () =>
    table(
      ['option', 'group', 'on', 'requires', 'title'],
      options.items.map((it) => [
        it.name,
        it.exclusive ? `${it.group} (one of)` : it.group,
        it.enabled ? 'yes' : 'no',
        it.requires.join(', '),
        it.title,
      ]),
    ),
  );
  return ExitCode.success;
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
