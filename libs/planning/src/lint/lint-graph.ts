import { byCodeUnit, type Bundle, type GraphDefinition, type TaskDefinition } from '@muster/model';
import { applyPatch } from '../draft/apply-patch';
import { namePattern } from '../draft/name-pattern';
import { isAtSyncPoint } from '../draft/at-sync-point';
import { AT_SYNC_POINT, KnownTags, NOWHERE, type NodeSet } from './known-tags';

/** One graph of a bundle as rules look at it: definitions with their patches, names, and where each may be. */
export class LintGraph {
  readonly type: string;
  /** In the order of the files. */
  readonly definitions: readonly TaskDefinition[];
  /** Definitions that make tasks: all but groups. */
  readonly tasks: readonly TaskDefinition[];
  readonly byId: ReadonlyMap<string, TaskDefinition>;
  /** What else is merged with this one is not known, so that a name that is missing here may be there. */
  readonly isOpen: boolean;
  readonly tags: KnownTags;
  readonly #nodes = new Map<string, NodeSet>();
  readonly #matching = new Map<string, readonly TaskDefinition[] | null>();

  constructor(
    readonly bundle: Bundle,
    readonly graph: GraphDefinition,
    private readonly hasManifest: boolean,
  ) {
    this.type = graph.type;
    this.isOpen = bundle.kind === 'plugin' || bundle.extends !== null;
    this.definitions = patched(graph);
    this.tasks = this.definitions.filter(({ type }) => type !== 'group');
    this.byId = new Map(this.definitions.map((definition) => [definition.id, definition]));
    this.tags = new KnownTags(bundle, this.definitions, this.isOpen);
    this.#placeAll();
  }

  /** Where tasks of a definition may be, by its own placement and as a member of groups. */
  nodesOf({ id }: TaskDefinition): NodeSet {
    return this.#nodes.get(id) ?? NOWHERE;
  }

  /** Definitions that a name or `/regex/` stands for, groups too; null for an unusable pattern. */
  matching(name: string): readonly TaskDefinition[] | null {
    const known = this.#matching.get(name);
    if (known !== undefined) return known;
    const pattern = namePattern(name);
    const found =
      pattern && this.definitions.filter(({ id }) => (pattern.kind === 'exact' ? id === name : pattern.matches(id)));
    this.#matching.set(name, found);
    return found;
  }

  /** Definitions of the field were written for a planner that read them otherwise: what it left unsaid is no fault of theirs. */
  isOfTheField({ version }: TaskDefinition): boolean {
    return this.bundle.compat === 'fuel' || (!this.hasManifest && version !== null);
  }

  #placeAll(): void {
    const ofGroups = new Map<string, NodeSet[]>();
    for (const group of this.definitions.filter(({ type }) => type === 'group'))
      for (const member of group.tasks) ofGroups.set(member, [...(ofGroups.get(member) ?? []), this.#ownNodes(group)]);
    for (const definition of this.definitions) {
      const own = this.#ownNodes(definition);
      const all = isAtSyncPoint(definition) ? [own] : [own, ...(ofGroups.get(definition.id) ?? [])];
      this.#nodes.set(definition.id, all.reduce(unite));
    }
  }

  #ownNodes(definition: TaskDefinition): NodeSet {
    if (isAtSyncPoint(definition)) return AT_SYNC_POINT;
    const { tags, roles, groups } = definition;
    const placement = tags ?? roles ?? groups;
    return placement === null ? NOWHERE : { ...this.tags.select(placement), hasSync: false };
  }
}

function unite(a: NodeSet, b: NodeSet): NodeSet {
  return {
    tags: new Set([...a.tags, ...b.tags]),
    isEvery: a.isEvery || b.isEvery,
    isOpen: a.isOpen || b.isOpen,
    hasMaster: a.hasMaster || b.hasMaster,
    hasSync: a.hasSync || b.hasSync,
  };
}

export function isNowhere({ tags, isEvery, isOpen, hasMaster, hasSync }: NodeSet): boolean {
  return tags.size === 0 && !isEvery && !isOpen && !hasMaster && !hasSync;
}

function patched({ definitions, patches = [] }: GraphDefinition): readonly TaskDefinition[] {
  const byId = new Map(patches.map((patch) => [patch.patch, patch]));
  return definitions.map((definition) => {
    const patch = byId.get(definition.id);
    return patch ? applyPatch(definition, patch) : definition;
  });
}

/** Ids that are there, for a nearest one. */
export function idsOf(graph: LintGraph): readonly string[] {
  return [...graph.byId.keys()].sort(byCodeUnit);
}
