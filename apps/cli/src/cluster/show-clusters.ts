import { ExitCode } from '../exit-code';
import { collect } from '../io/collect';
import { table } from '../io/table';
import { answerAsYaml } from '../io/answer-as-yaml';
import type { Session } from '../session';

export async function listClusters(
  session: Session,
  filter: { readonly environment?: string; readonly release?: string; readonly text?: string },
): Promise<ExitCode> {
  const items = await collect((await session.client()).clusters.list(filter));
  session.answer(items, () =>
    table(
      ['name', 'environment', 'release', 'revision'],
      items.map((it) => [it.name, it.environment, it.release, it.revision]),
    ),
  );
  return ExitCode.success;
}

export async function showCluster(session: Session, name: string): Promise<ExitCode> {
  const cluster = await (await session.client()).clusters.get(name);
  await answerAsYaml(session, cluster);
  return ExitCode.success;
}
