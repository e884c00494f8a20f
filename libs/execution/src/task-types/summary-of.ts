import type { AttemptResult, GraphTask, JsonObject, TaskType } from '@muster/model';
import { ansibleSummary } from './ansible';
import { puppetSummary } from './puppet';
import { validateSummary } from './validate';

/** Characters of a summary. */
const SUMMARY_MAX = 2000;

type Summary = (outputs: JsonObject, noop: boolean) => string | null;

const files: Summary = ({ changed, total }, noop) =>
  typeof changed === 'number' && typeof total === 'number'
    ? `${changed} of ${total} files ${noop ? 'would change' : 'changed'}`
    : null;

/** What an ended attempt tells of itself, by type; null where its type has nothing to tell. Its outputs are a node's words. */
const summaries: Partial<Readonly<Record<TaskType, Summary>>> = {
  puppet: puppetSummary,
  upload_file: files,
  upload_files: files,
  copy_files: files,
  sync: files,
  validate: validateSummary,
  ansible: ansibleSummary,
};

/** The result with its summary, as far as its type knows one. */
export function withSummary({ type }: GraphTask, result: AttemptResult, noop: boolean): AttemptResult {
  if (result.kind !== 'exited' || result.outputs === undefined) return result;
  const summary = summaries[type]?.(result.outputs, noop) ?? null;
  return summary === null ? result : { ...result, summary: summary.slice(0, SUMMARY_MAX) };
}
