import { type TaskDefinition, type TaskType } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { LintGraph } from '../lint-graph';
import { finding, listed } from '../lint-rule';

/** Types of which only the author knows whether they may run twice. */
const AUTHOR_KNOWS: ReadonlySet<TaskType> = new Set(['shell', 'master_shell', 'http', 'ansible', 'validate']);
/** Types that bring something into a state and leave it there when they run again. */
const REPEATABLE: readonly TaskType[] = ['puppet', 'upload_file', 'upload_files', 'copy_files', 'sync'];

/**
 * Definitions that do not say that they may run twice, so that the deployment pauses for a person when nobody can tell
 * whether one ran. Where the type is made to be repeated, one finding stands for all definitions of it.
 */
export function findLostPauses(graph: LintGraph): readonly Problem[] {
  graph.work.spend(graph.tasks.length);
  const silent = graph.tasks.filter(({ idempotent, onFailure }) => !idempotent && onFailure !== 'pause');
  const oneByOne = silent
    .filter(({ type, retries }) => AUTHOR_KNOWS.has(type) && retries.count === 0)
    .map((definition) =>
      finding(graph, 'LINT_LOST_PAUSES', definition, {
        summary: 'is not declared idempotent: if its node is lost while it runs, the deployment pauses for a person',
      }),
    );
  return [...oneByOne, ...REPEATABLE.flatMap((type) => together(graph, type, silent))];
}

function together(graph: LintGraph, type: TaskType, silent: readonly TaskDefinition[]): readonly Problem[] {
  const all = silent.filter((definition) => definition.type === type);
  const [first] = all;
  if (!first) return [];
  const others = all.slice(1).map(({ id }) => id);
  const also = others.length === 0 ? '' : ` (nor ${listed(others)})`;
  return [
    finding(graph, 'LINT_LOST_PAUSES', first, {
      summary: `is not declared idempotent${also}, although \`${type}\` can be repeated: if a node is lost meanwhile, the deployment pauses for a person`,
    }),
  ];
}

/** Retries of what is not declared idempotent: after a failure it is run again, although nobody says that it may be. */
export function findUnsureRetries(graph: LintGraph): readonly Problem[] {
  graph.work.spend(graph.tasks.length);
  return graph.tasks
    .filter(({ type, idempotent, retries }) => AUTHOR_KNOWS.has(type) && !idempotent && retries.count > 0)
    .map((definition) =>
      finding(graph, 'LINT_UNSURE_RETRIES', definition, {
        path: 'retries',
        summary: `is tried again up to ${definition.retries.count} times, and does not say that it may run twice`,
      }),
    );
}
