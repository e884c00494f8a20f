import type { BundleKind } from '@muster/model';
import { ExitCode } from '../exit-code';
import { collect } from '../io/collect';
import { table } from '../io/table';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
import { routesOf } from './bundle-reference';

export interface ListBundlesOptions {
  readonly name?: string;
  readonly search?: string;
  readonly retired?: boolean;
  readonly offered?: boolean;
  readonly fits?: string;
}

export async function listBundles(session: Session, kind: BundleKind, options: ListBundlesOptions): Promise<ExitCode> {
  const { retired = false, offered = false, name, search, fits } = options;
  if (retired && offered) throw usageProblem('--offered', 'what was retired is not offered: leave out one of the two');
  const filter = {
    ...(name === undefined ? {} : { name }),
    ...(search === undefined ? {} : { search }),
    ...(fits === undefined ? {} : { fits }),
    ...(retired || offered ? { retired } : {}),
  };
  const items = await collect(routesOf(await session.client(), kind).list(filter));
  session.answer(items, () =>
    table(
      ['name', 'version', 'title', 'published', 'retired', 'digest'],
      items.map((it) => [it.name, it.version, it.title, it.publishedAt, it.retiredAt ?? '', it.digest]),
    ),
  );
  return ExitCode.success;
}
