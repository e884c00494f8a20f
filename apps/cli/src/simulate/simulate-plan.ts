import type { TaskGraph } from '@muster/model';
import { hasErrors, type Problem, problem, ProblemsError } from '@muster/problems';
import type { SimulationScript } from '@muster/simulation';
import { ExitCode } from '../exit-code';
import { readText } from '../io/read-text';
import { spell } from '../io/spell-duration';
import { table } from '../io/table';
import type { OfflineSources } from '../plan/plan-input-offline';
import { planOffline, type PlanSelection } from '../plan/plan-offline';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
import { readScript, unknownInScript } from './read-script';

export interface SimulateOptions extends PlanSelection, Partial<OfflineSources> {
  readonly script?: string;
  readonly trace: boolean;
  readonly graphFile?: string;
  /** What-if: sizes of limits by key; null is unlimited. */
  readonly limit?: Readonly<Record<string, number | null>>;
}

/**
 * Runs a plan, or a graph file, on the executor's own scheduler and virtual time. Succeeds whenever the simulation itself
 * worked, whatever the outcome.
 */
export async function simulatePlan(
  session: Session,
  options: SimulateOptions,
  sources: OfflineSources | { readonly graphFile: string },
): Promise<ExitCode> {
  const { changeLimits, chooseOrder, simulate } = await import('@muster/simulation');
  const script = options.script === undefined ? {} : await readScript(session.io.cwd, options.script);
  const graph =
    'graphFile' in sources
      ? await graphOf(session, sources.graphFile, script)
      : await planOf(session, sources, options);
  if (options.script !== undefined) session.warn(unknownInScript(script, graph, options.script));
  const limited = options.limit ? changeLimits(graph, options.limit) : graph;
  // A plan has its order of choice, a graph file has none, and with other limits another one is best.
  const { priorities } = limited === graph && graph.priorities ? graph : chooseOrder(limited);
  const ordered = priorities ? { ...limited, priorities } : limited;
  const { trace, ...result } = simulate(ordered, { script, trace: options.trace, stopwatch: () => performance.now() });
  session.answer(options.trace ? { ...result, trace } : result, () => {
    const lines = table(
      ['at', 'task', 'state'],
      trace.map((it) => [spell(it.at * 1_000), it.task, it.state]),
    );
    return `${options.trace ? `${lines}\n` : ''}${result.outcome} after ${spell(result.makespan * 1_000)} of virtual time\n`;
  });
  return ExitCode.success;
}

async function planOf(session: Session, sources: OfflineSources, options: SimulateOptions): Promise<TaskGraph> {
  const [plan, ...later] = await planOffline(session, sources, options);
  if (later.length > 0) throw usageProblem('simulate', 'it runs one graph at a time; name one with --graph');
  session.warn(plan.problems.filter((it: Problem) => it.severity !== 'error'));
  return plan;
}

async function graphOf(session: Session, file: string, script: SimulationScript): Promise<TaskGraph> {
  const { readGraphFile } = await import('@muster/simulation');
  const text = await readText(session.io.cwd, file, 'graph file');
  const durations = [script.default, ...Object.values(script.tasks ?? {})].map((each) => each?.duration ?? 0);
  const { graph, problems } = readGraphFile(parse(text, file), file, Math.max(...durations) * 2000);
  if (!graph || hasErrors(problems)) throw new ProblemsError(problems);
  return graph;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProblemsError([
      problem('LOCAL_FILE', {
        subject: 'graph file',
        summary: (error as Error).message,
        remedy: 'Write it as JSON.',
        place: { file },
      }),
    ]);
  }
}
