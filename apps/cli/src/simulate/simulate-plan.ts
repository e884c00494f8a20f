import type { Problem } from '@muster/problems';
import { ExitCode } from '../exit-code';
import { spell } from '../io/spell-duration';
import { table } from '../io/table';
import type { OfflineSources } from '../plan/plan-input-offline';
import { planOffline, type PlanSelection } from '../plan/plan-offline';
import type { Session } from '../session';
import { readScript } from './read-script';

export interface SimulateOptions extends PlanSelection, Partial<OfflineSources> {
  readonly script?: string;
  readonly trace: boolean;
}

/** Runs a plan on the executor's own scheduler and virtual time. Succeeds whenever the simulation itself worked. */
export async function simulatePlan(
  session: Session,
  options: SimulateOptions,
  sources: OfflineSources,
): Promise<ExitCode> {
  const { simulate } = await import('@muster/simulation');
  const script = options.script === undefined ? {} : await readScript(session.io.cwd, options.script);
  const plan = await planOffline(session, sources, options);
  session.warn(plan.problems.filter((it: Problem) => it.severity !== 'error'));
  const { trace, ...result } = simulate(plan, { script, trace: options.trace, stopwatch: () => performance.now() });
  session.answer(options.trace ? { ...result, trace } : result, () => {
    const lines = table(
      ['at', 'task', 'state'],
      trace.map((it) => [spell(it.at * 1_000), it.task, it.state]),
    );
    return `${options.trace ? `${lines}\n` : ''}${result.outcome} after ${spell(result.makespan * 1_000)} of virtual time\n`;
  });
  return ExitCode.success;
}
