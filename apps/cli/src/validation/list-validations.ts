import { ExitCode } from '../exit-code';
import { table } from '../io/table';
import type { Session } from '../session';

export async function listValidations(session: Session, cluster: string): Promise<ExitCode> {
  const groups = await (await session.client()).validations.list(cluster);
  session.answer(groups, () =>
    table(
      ['group', 'validation', 'severity', 'when', 'type', 'title', 'by'],
      groups.flatMap(({ group, validations }) =>
        validations.map((it) => [
          ...[group, it.id, it.severity, it.task === null ? it.stage : `${it.stage} ${it.task}`],
          ...[it.type, it.title, it.owner],
        ]),
      ),
    ),
  );
  return ExitCode.success;
}

/** Results of all nodes; fails nothing: what they came to is what was asked. */
export async function showResults(session: Session, cluster: string): Promise<ExitCode> {
  const groups = await (await session.client()).validations.list(cluster);
  const results = groups.flatMap(({ group, validations }) =>
    validations.flatMap(({ id, severity, members }) =>
      members.map((member) => ({ group, validation: id, severity, ...member })),
    ),
  );
  session.answer(results, () =>
    table(
      ['group', 'validation', 'node', 'result', 'at', 'transaction', ''],
      results.map((it) => [it.group, it.validation, it.node, it.result, it.at, it.transaction, it.text]),
    ),
  );
  return ExitCode.success;
}
