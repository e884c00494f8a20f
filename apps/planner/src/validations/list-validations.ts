import { byCodeUnit, didYouMean, parseTaskAddress, type TaskState, type Validation } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { bundlesOf } from '../bundles/find-bundles';
import type { ClusterRow } from '../clusters/cluster.entity';
import { RevisionRow } from '../clusters/revision.entity';
import { rowsOf } from '../database/sql';
import { resultOf } from './validation-result';
import type { ValidationDto, ValidationGroupDto, ValidationMemberDto } from './validation.dto';

/** A validation of a cluster, and who declares it. */
export interface OwnedValidation {
  readonly validation: Validation;
  readonly owner: string;
}

/** Those of the release and plugins that the newest revision names. Throws `ProblemsError` if these are gone. */
export async function validationsOf(on: EntityManager, cluster: ClusterRow): Promise<readonly OwnedValidation[]> {
  const { content } = await on.findOneByOrFail(RevisionRow, { clusterId: cluster.id, number: cluster.headRevision });
  const bundles = await bundlesOf(on, cluster.project, content);
  if (!bundles.ok) throw new ProblemsError(bundles.problems);
  return [bundles.release, ...bundles.plugins].flatMap(({ kind, name, version, content: { validations = [] } }) =>
    validations.map((validation) => ({ validation, owner: `${kind} ${name}@${version}` })),
  );
}

/** By group, with the latest result of each node. */
export async function listValidations(on: EntityManager, cluster: ClusterRow): Promise<ValidationGroupDto[]> {
  const declared = await validationsOf(on, cluster);
  const members = await latestResults(on, cluster);
  const groups = new Map<string, ValidationDto[]>();
  for (const { validation, owner } of declared) {
    const shown = show(validation, owner, members.get(validation.definition.id) ?? []);
    groups.set(validation.group, [...(groups.get(validation.group) ?? []), shown]);
  }
  return [...groups]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([group, validations]) => ({ group, validations: validations.sort((a, b) => byCodeUnit(a.id, b.id)) }));
}

function show(
  { id, title, severity, stage, graphs, definition }: Validation,
  owner: string,
  members: ValidationMemberDto[],
): ValidationDto {
  const task = 'task' in stage ? stage.task : null;
  return { id, title, severity, stage: stage.kind, task, graphs: [...graphs], owner, type: definition.type, members };
}

interface ResultRow {
  readonly task: string;
  readonly state: TaskState;
  readonly reason: string | null;
  readonly summary: string | null;
  readonly exit_code: number | null;
  readonly ended_at: Date;
  readonly transaction_id: string;
}

/** The newest end of every task that checks, by definition; whatever deployment it was part of. */
async function latestResults(
  on: EntityManager,
  cluster: ClusterRow,
): Promise<ReadonlyMap<string, ValidationMemberDto[]>> {
  const rows = await rowsOf<ResultRow>(
    on,
    `SELECT DISTINCT ON (t.task) t.task, t.state, t.reason, t.summary, t.exit_code, t.ended_at, d.transaction_id
       FROM planner.task t
       JOIN planner.deployment d ON d.id = t.deployment_id
       JOIN planner.transaction x ON x.id = d.transaction_id
      WHERE x.cluster_id = $1 AND t.task LIKE 'validation.%' AND t.attempts > 0 AND t.ended_at IS NOT NULL
      ORDER BY t.task, t.ended_at DESC`,
    [cluster.id],
  );
  const members = new Map<string, ValidationMemberDto[]>();
  for (const row of rows) {
    const address = parseTaskAddress(row.task);
    if (address === null) continue;
    const { definition, node } = address;
    members.set(definition, [...(members.get(definition) ?? []), memberOf(row, node)]);
  }
  return members;
}

function memberOf(
  { state, reason, summary, exit_code, ended_at, transaction_id }: ResultRow,
  node: string,
): ValidationMemberDto {
  return {
    node,
    result: resultOf(state),
    text: summary ?? reason,
    exitCode: exit_code,
    at: ended_at.toISOString(),
    transaction: transaction_id,
  };
}

/** Ids of the definitions to run; null: all. Throws `API_INVALID` with every name that is unknown. */
export function chosenTasks(
  declared: readonly OwnedValidation[],
  groups: readonly string[] | null,
  ids: readonly string[] | null,
): readonly string[] | null {
  const problems: Problem[] = [];
  const check = (field: string, names: readonly string[], known: readonly string[]): void => {
    for (const name of names.filter((each) => !known.includes(each)))
      problems.push(
        problem('API_INVALID', {
          subject: `field ${field}`,
          summary: `The cluster has no ${field === 'groups' ? 'group of validations' : 'validation'} ${name.slice(0, 80)}.`,
          remedy: `\`muster validation list\` shows what there is.${didYouMean(name, known)}`,
          place: { path: field },
        }),
      );
  };
  check(
    'groups',
    groups ?? [],
    declared.map(({ validation }) => validation.group),
  );
  check(
    'validations',
    ids ?? [],
    declared.map(({ validation }) => validation.id),
  );
  if (problems.length > 0) throw new ProblemsError(problems);
  if (groups === null && ids === null) return null;
  return declared
    .filter(({ validation }) => groups?.includes(validation.group) === true || ids?.includes(validation.id) === true)
    .map(({ validation }) => validation.definition.id);
}
