import { setTimeout as pause } from 'node:timers/promises';
import type { InspectionWithNodes } from '@muster/client';
import { ExitCode } from '../exit-code';
import { answerAsYaml } from '../io/answer-as-yaml';
import { table } from '../io/table';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

const POLL_MS = 500;

export interface InspectOptions {
  readonly all?: boolean;
  readonly wait: boolean;
  readonly reason?: string;
}

/** Asks one machine and shows all that it says; or several, beside each other, and shows what came of each. */
export async function inspectNodes(
  session: Session,
  { all = false, wait, reason }: InspectOptions,
  names: readonly string[],
): Promise<ExitCode> {
  if (all === names.length > 0) throw usageProblem('nodes', 'name nodes, or give --all');
  const { nodes } = await session.client();
  const [only] = names;
  if (names.length === 1 && only !== undefined && wait) {
    const inspected = await nodes.inspect(only);
    session.warn(inspected.problems);
    const { problems: _, ...shown } = inspected;
    await answerAsYaml(session, session.json ? inspected : shown);
    return (inspected.problems ?? []).length > 0 ? ExitCode.failed : ExitCode.success;
  }
  let told = await nodes.startInspection(all ? null : names, reason);
  if (!wait) {
    session.answer({ inspection: told.inspection }, () => `${told.inspection}\n`);
    return ExitCode.success;
  }
  session.say(`inspection ${told.inspection} of ${told.nodes.length} nodes`);
  for (let done = 0; told.endedAt === null; told = await nodes.inspection(told.inspection)) {
    const { succeeded, failed } = told.counts;
    if (succeeded + failed > done) session.say(`${succeeded} inspected, ${failed} failed, of ${told.nodes.length}`);
    done = succeeded + failed;
    await pause(POLL_MS);
  }
  session.answer(told, () => shownInspection(told));
  return told.counts.failed > 0 ? ExitCode.failed : ExitCode.success;
}

function shownInspection({ nodes }: InspectionWithNodes): string {
  return table(
    ['node', 'state', 'tries', 'why'],
    nodes.map((it) => [it.node, it.state, it.attempts, it.problems.map(({ summary }) => summary).join(' ')]),
  );
}
