import { isExpression, type TaskDefinition } from '@muster/model';
import type { NodeSet } from './known-tags';
import { isNowhere, type LintGraph } from './lint-graph';

export type RelationKey = 'requires' | 'required_for' | 'cross-depends' | 'cross-depended-by' | 'after';

/** A relation as it stands in a definition. */
export interface WrittenRelation {
  readonly owner: TaskDefinition;
  readonly key: RelationKey;
  /** An id or `/regex/`; null: computed. */
  readonly name: string | null;
  /** Which side of the owner the others are. */
  readonly direction: 'before' | 'after';
  /** Where others are looked for: on the same node and the sync point, on the same node, wherever they are, or there; null: computed. */
  readonly where: 'near' | 'self' | 'anywhere' | NodeSet | null;
  readonly policy: 'all' | 'any';
}

const known = new WeakMap<LintGraph, Map<string, readonly WrittenRelation[]>>();

/** All relations of a definition, in the order of its keys. */
export function relationsOf(graph: LintGraph, owner: TaskDefinition): readonly WrittenRelation[] {
  const ofGraph = known.get(graph) ?? new Map<string, readonly WrittenRelation[]>();
  known.set(graph, ofGraph);
  const relations = ofGraph.get(owner.id) ?? readRelations(graph, owner);
  ofGraph.set(owner.id, relations);
  graph.work.spend(relations.length / 5);
  return relations;
}

function readRelations(graph: LintGraph, owner: TaskDefinition): readonly WrittenRelation[] {
  const written = (
    [
      ['requires', owner.requires, 'before', 'near'],
      ['required_for', owner.requiredFor, 'after', 'near'],
      ['cross-depends', owner.crossDepends, 'before', 'far'],
      ['cross-depended-by', owner.crossDependedBy, 'after', 'far'],
    ] as const
  ).flatMap(([key, relations, direction, otherwise]) =>
    relations.map((each): WrittenRelation => {
      if (isExpression(each)) return { owner, key, name: null, direction, where: null, policy: 'all' };
      const { name, role, policy = 'all' } = each;
      const common = { owner, key, name, direction, policy };
      if (isExpression(role)) return { ...common, where: null };
      if (role === undefined && otherwise === 'near') return { ...common, where: 'near' };
      return { ...common, where: role === 'self' ? 'self' : graph.tags.select(role === undefined ? '*' : role) };
    }),
  );
  const after = owner.after.map((name): WrittenRelation => ({
    owner,
    key: 'after',
    name,
    direction: 'before',
    where: 'anywhere',
    policy: 'all',
  }));
  return [...written, ...after];
}

/** Whether some cluster has tasks of both that the relation puts in order; true where nobody can tell. */
export function mayConnect(graph: LintGraph, { owner, where }: WrittenRelation, other: TaskDefinition): boolean {
  if (owner === other || owner.type === 'group' || other.type === 'group') return false;
  const [own, there] = [graph.nodesOf(owner), graph.nodesOf(other)];
  if (isNowhere(own) || isNowhere(there)) return false;
  if (where === null || where === 'anywhere') return true;
  if (where === 'near') return there.hasSync || graph.tags.mayShare(own, there);
  return graph.tags.mayShare(where === 'self' ? own : where, there);
}
