import { byCodeUnit } from '@muster/model';

/** A task that failed or was lost. */
export interface FailedTask {
  readonly task: string;
  readonly reason: string | null;
}

/** Failures that look alike: the same definition, and the same error but for what differs from node to node. */
export interface FailureGroup {
  readonly definition: string;
  /** Of the first of them, whole. */
  readonly reason: string | null;
  readonly count: number;
  /** Where it failed, the first ones. */
  readonly nodes: readonly string[];
}

const NODES_NAMED_MAX = 10;

/** Largest group first, then by definition. Cost: proportional to the failures and the length of their reasons. */
export function groupFailures(failed: readonly FailedTask[]): readonly FailureGroup[] {
  const groups = new Map<string, { definition: string; reason: string | null; nodes: string[] }>();
  for (const { task, reason } of failed) {
    const at = task.lastIndexOf('@');
    const [definition, node] = [task.slice(0, at), task.slice(at + 1)];
    const key = `${definition}\n${reason === null ? '' : normalized(reason, node)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { definition, reason, nodes: [node] });
    else group.nodes.push(node);
  }
  return [...groups.values()]
    .map(({ definition, reason, nodes }) => {
      return { definition, reason, count: nodes.length, nodes: nodes.slice(0, NODES_NAMED_MAX) };
    })
    .sort((a, b) => b.count - a.count || byCodeUnit(a.definition, b.definition));
}

/** What differs though the cause is one; exit codes and ports are the cause. In order: each is looked for in what the ones before left. */
const PARTICULARS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?/g, '<time>'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, '<address>'],
  [/\bSHA256:[A-Za-z0-9+/=]+/g, '<key>'],
  [/\b(?:0x)?[0-9a-f]*\d[0-9a-f]{7,}\b/gi, '<number>'],
  [/\b\d+(?:\.\d+)? ?(?:ms|s|seconds)\b/g, '<duration>'],
];

function normalized(reason: string, node: string): string {
  let text = ` ${reason} `;
  for (const [pattern, name] of PARTICULARS) text = text.replace(pattern, name);
  // Only as a word: a node may be called "1".
  return text
    .split(/([A-Za-z0-9._-]+)/)
    .map((word) => (word === node ? '<node>' : word))
    .join('');
}
