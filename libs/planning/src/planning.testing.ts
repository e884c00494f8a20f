import { createHash } from 'node:crypto';
import { parseBundle, parseClusterFile } from '@muster/catalog';
import { isJsonObject, type Bundle, type ClusterSpec, type Json, type Plan } from '@muster/model';
import { formatProblem, type Problem } from '@muster/problems';
import { plan } from './plan';
import type { Evaluation, EvaluationPlace, Evaluator, ExpressionText } from './evaluator';
import type { PlanInput, PlanOutcome } from './plan-input';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A release with these task definitions (any spelling that a task file may have), and what its manifest says besides. */
export function release(tasks: unknown, manifest: object = {}, files: readonly string[] = []): Bundle {
  return bundle([
    { path: 'release.yaml', text: JSON.stringify({ name: 'r', version: '1.0.0', ...manifest }) },
    { path: 'tasks.yaml', text: typeof tasks === 'string' ? tasks : JSON.stringify(tasks) },
    ...files.map((path) => ({ path: `files/${path}`, digest: `sha256:${sha256(path)}`, size: 1 })),
  ]);
}

export function plugin(name: string, tasks: unknown, manifest: object = {}): Bundle {
  return bundle([
    { path: 'plugin.yaml', text: JSON.stringify({ name, version: '1.0.0', releases: ['r@*'], ...manifest }) },
    { path: 'tasks.yaml', text: JSON.stringify(tasks) },
  ]);
}

function bundle(entries: Parameters<typeof parseBundle>[0]): Bundle {
  const { bundle: parsed, problems } = parseBundle(entries);
  if (!parsed) throw new Error(problems.map(formatProblem).join('\n'));
  return parsed;
}

/** A cluster whose nodes have these roles, and what its file says besides. */
export function cluster(roles: Readonly<Record<string, readonly string[]>>, more: object = {}): ClusterSpec {
  const nodes = Object.fromEntries(Object.entries(roles).map(([name, own]) => [name, { roles: own }]));
  const { spec, problems } = parseClusterFile(JSON.stringify({ cluster: 'c', nodes, ...more }), 'cluster.yaml');
  if (!spec) throw new Error(problems.map(formatProblem).join('\n'));
  return spec;
}

/** A cluster whose nodes have exactly these tags. */
export function tagged(tags: Readonly<Record<string, readonly string[]>>, more: object = {}): ClusterSpec {
  const nodes = Object.fromEntries(Object.entries(tags).map(([name, own]) => [name, { tags: own }]));
  return cluster({}, { nodes, ...more });
}

export function outcomeOf(tasks: unknown, spec: ClusterSpec, more: Partial<PlanInput> = {}): PlanOutcome {
  return plan({ cluster: spec, release: release(tasks), plugins: [], graphType: 'default', sha256, ...more });
}

/** The plan, or an error with all problems. */
export function planOf(tasks: unknown, spec: ClusterSpec, more: Partial<PlanInput> = {}): Plan {
  const outcome = outcomeOf(tasks, spec, more);
  if (!outcome.plan) throw new Error(outcome.problems.map(formatProblem).join('\n'));
  return outcome.plan;
}

/** Problems as `CODE subject`, in the order reported. */
export function codes(problems: readonly Problem[]): string[] {
  return problems.map(({ code, subject }) => `${code} ${subject}`);
}

/** Vertices (`address run|skip`) and relations (`before > after`) of a plan, sorted. */
export function shownGraph(made: Plan): { vertices: string[]; relations: string[] } {
  return {
    vertices: made.tasks.map(({ task, action }) => `${task} ${action}`).sort(),
    relations: made.tasks.flatMap(({ task, requires }) => requires.map((before) => `${before} > ${task}`)).sort(),
  };
}

/** The graph printed after the pass of that name, for a test of that pass alone. */
export function printedAfter(pass: string, tasks: unknown, spec: ClusterSpec, more: Partial<PlanInput> = {}): string {
  let printed: string | null = null;
  outcomeOf(tasks, spec, { ...more, trace: (name, print) => (printed = name === pass ? print() : printed) });
  if (printed === null) throw new Error(`no pass is called ${pass}`);
  return printed;
}

/** An evaluator that knows what the function knows; conditions and filters are read as the field does. */
export function scripted(
  evaluate: (expression: ExpressionText, place: EvaluationPlace) => Evaluation & { readonly because?: string },
): Evaluator {
  const condition: Evaluator['evaluateCondition'] = (expression, place) => {
    const answer = evaluate(expression, place);
    if (!answer.ok) return answer;
    const { because } = answer;
    return { ok: true, holds: isTruthy(answer.value), ...(because === undefined ? {} : { because }) };
  };
  return {
    evaluate,
    evaluateCondition: condition,
    evaluateFilter: (text, place) => condition({ language: 'yaql', text }, place),
  };
}

/** As conditions are read: false, null, zero and everything empty are false. */
function isTruthy(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}
