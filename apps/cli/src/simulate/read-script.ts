import type { ScriptedTask, SimulationScript } from '@muster/simulation';
import { didYouMean, isJsonObject, type Json, type JsonObject, type TaskGraph } from '@muster/model';
import { problem, type Problem, ProblemsError } from '@muster/problems';
import { readText } from '../io/read-text';

const ENDS: readonly Json[] = ['succeeded', 'failed', 'hang', 'lost'];
const COUNTS = ['drainAfter', 'retryAfter', 'nodesAtOnce', 'executorDiesAfter'] as const;

/** Reads the script of a simulation. Fails with `ProblemsError`, naming everything that is wrong in it. */
export async function readScript(cwd: string, file: string): Promise<SimulationScript> {
  const text = await readText(cwd, file, 'script');
  const problems: Problem[] = [];
  const wrong = (path: string, summary: string): void => {
    problems.push(
      problem('LOCAL_FILE', { subject: 'script', summary, remedy: 'Correct the script.', place: { file, path } }),
    );
  };
  const script = parse(text, wrong);
  for (const [key, value] of Object.entries(script)) check(key, value, wrong);
  if (problems.length > 0) throw new ProblemsError(problems);
  return script;
}

/** Warnings about tasks and nodes of the script that `graph` does not have: they change nothing, which is seldom meant. */
export function unknownInScript(script: SimulationScript, graph: TaskGraph, file: string): Problem[] {
  const unknown = (part: string, names: readonly string[], known: readonly string[]): Problem[] => {
    const there = new Set(known);
    return names
      .filter((name) => !there.has(name))
      .map((name) =>
        problem('SIMULATION_SCRIPT_UNUSED', {
          subject: `${part} ${name}`,
          summary: 'The graph has none of this name, so that this part of the script does nothing.',
          remedy: `Correct the name, or remove it.${didYouMean(name, known)}`,
          place: { file, path: part === 'task' ? `tasks.${name}` : 'offline' },
        }),
      );
  };
  return [
    ...unknown('task', Object.keys(script.tasks ?? {}), graph.tasks.map(({ task }) => task)),
    ...unknown('node', script.offline ?? [], [...new Set(graph.tasks.map(({ node }) => node))]),
  ];
}

type Wrong = (path: string, summary: string) => void;

function parse(text: string, wrong: Wrong): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
    wrong('', 'a JSON object is expected');
  } catch (error) {
    wrong('', (error as Error).message);
  }
  return {};
}

function check(key: string, value: Json, wrong: Wrong): void {
  if (key === 'default') checkTask(key, value, wrong);
  else if (key === 'tasks') {
    if (!isJsonObject(value)) wrong(key, 'an object of tasks is expected');
    else for (const [task, it] of Object.entries(value)) checkTask(`tasks.${task}`, it, wrong);
  } else if (key === 'offline') {
    if (!Array.isArray(value) || value.some((it) => typeof it !== 'string'))
      wrong(key, 'a list of node names is expected');
  } else if ((COUNTS as readonly string[]).includes(key)) {
    const least = key === 'nodesAtOnce' ? 1 : 0;
    if (!Number.isInteger(value) || (value as number) < least)
      wrong(key, `a whole number of at least ${least} is expected`);
  } else wrong(key, 'is not known');
}

function checkTask(path: string, value: Json, wrong: Wrong): void {
  if (!isJsonObject(value)) return wrong(path, 'an object with duration and attempts is expected');
  const { duration, attempts, ...rest } = value as { [Key in keyof ScriptedTask]: Json } & JsonObject;
  if (duration !== undefined && !(typeof duration === 'number' && duration >= 0 && Number.isFinite(duration)))
    wrong(`${path}.duration`, 'a number of seconds is expected');
  const isList = Array.isArray(attempts) && attempts.length > 0 && attempts.every((it: Json) => ENDS.includes(it));
  if (attempts !== undefined && !isList) wrong(`${path}.attempts`, `a list of ${ENDS.join(', ')} is expected`);
  for (const key of Object.keys(rest)) wrong(`${path}.${key}`, 'is not known');
}
