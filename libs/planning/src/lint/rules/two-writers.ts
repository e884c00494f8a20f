import { isJsonObject, type Json, type TaskDefinition } from '@muster/model';
import type { Problem } from '@muster/problems';
import type { DefinitionOrder } from '../definition-order';
import type { LintGraph } from '../lint-graph';
import { finding, over } from '../lint-rule';
import type { LintWork } from '../lint-work';

/** Earlier writers of a file that a later one is compared with. */
const COMPARED_MAX = 50;

/** Definitions that write one file on a common node, with no order between them: what is in it at the end is chance. */
export function findTwoWriters(graph: LintGraph, order: DefinitionOrder): Iterable<Problem> {
  return over(graph.work, writersByPath(graph), ([path, writers]) =>
    over(graph.work, writers.keys(), (at) => {
      const second = writers[at] as TaskDefinition;
      const first = writers
        .slice(Math.max(0, at - COMPARED_MAX), at)
        .find((other) => isContested(graph, order, other, second));
      return first ? [report(graph, path, first, second)] : [];
    }),
  );
}

function writersByPath(graph: LintGraph): ReadonlyMap<string, readonly TaskDefinition[]> {
  const writers = new Map<string, TaskDefinition[]>();
  for (const definition of graph.tasks) {
    for (const path of new Set(writtenPaths(definition))) {
      graph.work.spend(1 + path.length / 20);
      const known = writers.get(path);
      if (known) known.push(definition);
      else writers.set(path, [definition]);
    }
  }
  return writers;
}

/** Absolute paths that a definition writes, as far as they are no expressions. */
function writtenPaths({ type, parameters }: TaskDefinition): string[] {
  const paths: (Json | undefined)[] = [];
  if (type === 'upload_file') paths.push(parameters['path']);
  if (type === 'sync') paths.push(parameters['dst']);
  if (type === 'copy_files' || type === 'upload_files') {
    const { files } = parameters;
    for (const file of Array.isArray(files) ? (files as readonly Json[]) : [])
      if (isJsonObject(file)) paths.push(file['dst'] ?? file['path']);
  }
  return paths.filter((path): path is string => typeof path === 'string' && path.startsWith('/')).map(plainPath);
}

/** Without `.`, `..` and repeated slashes. That a folder on the way is a link is not known. */
function plainPath(path: string): string {
  const plain: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') plain.pop();
    else if (part !== '' && part !== '.') plain.push(part);
  }
  return `/${plain.join('/')}`;
}

function isContested(graph: LintGraph, order: DefinitionOrder, a: TaskDefinition, b: TaskDefinition): boolean {
  graph.work.spend(1);
  if (!graph.tags.mayShare(graph.nodesOf(a), graph.nodesOf(b))) return false;
  if (order.isBefore(a, b) || order.isBefore(b, a) || order.hasComputed(a) || order.hasComputed(b)) return false;
  if (a.type === b.type && isSame(graph.work, a.parameters, b.parameters)) return false;
  return !areRolesInOrder(graph, a, b);
}

function isSame(work: LintWork, a: Json, b: Json): boolean {
  work.spend(0.2);
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') work.spend(Math.min(a.length, b.length) / 1000);
  if (Array.isArray(a) && Array.isArray(b)) {
    const others = b as readonly Json[];
    return a.length === b.length && a.every((each: Json, at) => isSame(work, each, others[at] ?? null));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(work, a[key] ?? null, b[key] ?? null))
  );
}

/** Roles with an `order` go one after the other: their definitions do not meet. */
function areRolesInOrder(graph: LintGraph, a: TaskDefinition, b: TaskDefinition): boolean {
  const [first, second] = [ordersOf(graph, a), ordersOf(graph, b)];
  return first !== null && second !== null && !first.some((order) => second.includes(order));
}

/** Orders of all roles that bring a definition to a node; null where one has none. */
function ordersOf(graph: LintGraph, definition: TaskDefinition): readonly number[] | null {
  const { tags, isEvery } = graph.nodesOf(definition);
  const roles = [...tags].map((tag) => graph.tags.rolesOf(tag));
  graph.work.spend(roles.reduce((sum, each) => sum + 1 + each.length, 0) / 5);
  if (isEvery || roles.some((each) => each.length === 0)) return null;
  const orders = roles.flat().map(({ order }) => order);
  return orders.includes(null) ? null : orders.filter((order) => order !== null);
}

function report(graph: LintGraph, path: string, first: TaskDefinition, second: TaskDefinition): Problem {
  const { file, line } = first.place;
  const areConditional = isConditional(first) && isConditional(second);
  const isAdvice = areConditional || graph.isOfTheField(first) || graph.isOfTheField(second);
  return finding(graph, 'LINT_TWO_WRITERS', second, {
    path: 'parameters',
    summary:
      `writes \`${path.slice(0, 200)}\`, as ${first.id} (${file ?? '?'}:${line ?? '?'}) does, with no order between them` +
      (areConditional ? ', unless their conditions exclude each other' : ''),
    ...(isAdvice ? { severity: 'info' } : {}),
  });
}

function isConditional({ condition }: TaskDefinition): boolean {
  return condition !== null && typeof condition !== 'boolean';
}
