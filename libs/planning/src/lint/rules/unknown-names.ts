import type { TaskDefinition, TaskPatch } from '@muster/model';
import type { Problem } from '@muster/problems';
import { bindingsOf } from '../output-bindings';
import type { LintGraph } from '../lint-graph';
import { finding, meant, over } from '../lint-rule';
import { relationsOf } from '../written-relation';

/** A definition that is named, and where. */
interface Mention {
  readonly definition: TaskDefinition;
  readonly key: string;
  readonly name: string;
}

/**
 * Relations, members of groups and output bindings that name what is not there; patterns that match nothing or cannot be
 * used. In a plugin the name may be the release's: then only one that is nearly the plugin's own is told, as advice.
 */
export function* findUnknownNames(graph: LintGraph): Iterable<Problem> {
  const { work, definitions } = graph;
  yield* over(work, definitions, (definition) =>
    over(work, mentionsOf(graph, definition), (mention) => checkMention(graph, mention)),
  );
  yield* over(work, definitions, (definition) => checkMembers(graph, definition));
  yield* over(work, graph.graph.patches ?? [], (patch) => checkPatch(graph, patch));
}

function mentionsOf(graph: LintGraph, definition: TaskDefinition): Mention[] {
  const relations = relationsOf(graph, definition).flatMap(({ key, name }) => (name === null ? [] : [{ key, name }]));
  const bindings = bindingsOf(graph.work, definition).map(({ task }) => ({ key: 'parameters', name: task }));
  const unique = new Map([...relations, ...bindings].map((each) => [`${each.key} ${each.name}`, each]));
  return [...unique.values()].map((each) => ({ definition, ...each }));
}

function checkMention(graph: LintGraph, { definition, key, name }: Mention): readonly Problem[] {
  const found = graph.matching(name);
  const shown = `\`${name.slice(0, 80)}\``;
  if (found === null)
    return [
      finding(graph, 'LINT_BAD_PATTERN', definition, {
        path: key,
        summary: `names ${shown}, which is no regular expression that can be used`,
      }),
    ];
  if (found.length > 0) return [];
  if (!name.startsWith('/')) return unknownName(graph, definition, key, `names ${shown}, which exists nowhere`, name);
  // Whether a release has something that matches cannot be known from a plugin.
  if (graph.isOpen) return [];
  return [
    finding(graph, 'LINT_MATCHES_NOTHING', definition, {
      path: key,
      summary: `names ${shown}, which matches no task definition`,
    }),
  ];
}

function unknownName(
  graph: LintGraph,
  definition: Pick<TaskDefinition, 'id' | 'type' | 'place'>,
  path: string,
  summary: string,
  name: string,
): readonly Problem[] {
  const hint = meant(graph.work, name, graph.ids);
  if (!graph.isOpen)
    return [
      finding(graph, 'LINT_UNKNOWN_NAME', definition, {
        path,
        summary,
        remedy: `Correct the name, or remove it.${hint}`,
      }),
    ];
  if (hint === '') return [];
  return [
    finding(graph, 'LINT_UNKNOWN_NAME', definition, {
      path,
      severity: 'info',
      summary: summary.replace('exists nowhere', `is not in this ${graph.bundle.kind}`),
      remedy: `Correct the name unless another bundle defines it.${hint}`,
    }),
  ];
}

function checkMembers(graph: LintGraph, group: TaskDefinition): Iterable<Problem> {
  if (group.type !== 'group') return [];
  return over(graph.work, group.tasks, (name) => {
    const member = graph.byId.get(name);
    const shown = `\`${name.slice(0, 80)}\``;
    if (!member) return unknownName(graph, group, 'tasks', `has the member ${shown}, which exists nowhere`, name);
    if (member.type !== 'group') return [];
    return [
      finding(graph, 'LINT_UNKNOWN_NAME', group, {
        path: 'tasks',
        summary: `has the group ${shown} as a member`,
        remedy: 'Name the members of that group one by one.',
      }),
    ];
  });
}

function checkPatch(graph: LintGraph, { patch, place }: TaskPatch): readonly Problem[] {
  if (graph.byId.has(patch)) return [];
  const patched = { id: patch, type: 'shell', place } as const;
  return unknownName(graph, patched, 'patch', 'is patched, and exists nowhere', patch);
}
