import { byCodeUnit, type Bundle, type GraphDefinition, type TaskDefinition } from '@muster/model';
import { applyPatch } from '../draft/apply-patch';
import { namePattern } from '../draft/name-pattern';
import { isAtSyncPoint } from '../draft/at-sync-point';
import { AT_SYNC_POINT, KnownTags, NOWHERE, type NodeSet } from './known-tags';
import type { LintWork } from './lint-work';
import { matchingCost, patternCost } from './pattern-cost';

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
  #tags: KnownTags | null = null;
  #ids: readonly string[] | null = null;
  #groupsOf: ReadonlyMap<string, readonly TaskDefinition[]> | null = null;
  readonly #nodes = new Map<string, NodeSet>();
  readonly #matching = new Map<string, readonly TaskDefinition[] | null>();

  constructor(
    readonly bundle: Bundle,
    readonly graph: GraphDefinition,
    private readonly hasManifest: boolean,
    /** Paid by whoever looks at the graph. */
    readonly work: LintWork,
  ) {
    this.type = graph.type;
    this.isOpen = bundle.kind === 'plugin' || (bundle.extends !== null && !bundle.bases);
    this.definitions = patched(graph);
    this.tasks = this.definitions.filter(({ type }) => type !== 'group');
    this.byId = new Map(this.definitions.map((definition) => [definition.id, definition]));
  }

  /** Where tasks of a definition may be, by its own placement and as a member of groups. */
  nodesOf(definition: TaskDefinition): NodeSet {
    const known = this.#nodes.get(definition.id);
    if (known) return known;
    const groups = isAtSyncPoint(definition) ? [] : this.groupsOf(definition);
    const found = unite([definition, ...groups].map((each) => this.#ownNodes(each)));
    this.work.spend(found.tags.size / 20);
    this.#nodes.set(definition.id, found);
    return found;
  }

  /** Groups that a definition is a member of. */
  groupsOf({ id }: TaskDefinition): readonly TaskDefinition[] {
    this.#groupsOf ??= this.#findGroups();
    return this.#groupsOf.get(id) ?? [];
  }

  get tags(): KnownTags {
    if (this.#tags) return this.#tags;
    this.work.spend(this.definitions.length);
    return (this.#tags = new KnownTags(this.bundle, this.definitions, this.isOpen, this.work));
  }

  /** Ids that are there, sorted, for a nearest one. */
  get ids(): readonly string[] {
    return (this.#ids ??= [...this.byId.keys()].sort(byCodeUnit));
  }

  /** Definitions that a name or `/regex/` stands for, groups too; null for an unusable pattern. */
  matching(name: string): readonly TaskDefinition[] | null {
    const known = this.#matching.get(name);
    if (known !== undefined) return known;
    this.work.spend(patternCost(name));
    const pattern = namePattern(name);
    if (pattern?.kind === 'regex') this.work.spend(this.definitions.length * matchingCost(name));
    const found =
      pattern &&
      (pattern.kind === 'regex' ? this.definitions.filter(({ id }) => pattern.matches(id)) : this.#named(name));
    this.#matching.set(name, found);
    return found;
  }

  /** Definitions of the field were written for a planner that read them otherwise: what it left unsaid is no fault of theirs. */
  isOfTheField({ version }: TaskDefinition): boolean {
    return this.bundle.compat === 'fuel' || (!this.hasManifest && version !== null);
  }

  #named(id: string): readonly TaskDefinition[] {
    const definition = this.byId.get(id);
    return definition ? [definition] : [];
  }

  #findGroups(): ReadonlyMap<string, readonly TaskDefinition[]> {
    const groups = new Map<string, TaskDefinition[]>();
    for (const group of this.definitions) {
      if (group.type !== 'group') continue;
      this.work.spend(1 + group.tasks.length / 10);
      for (const member of new Set(group.tasks)) {
        const known = groups.get(member);
        if (known) known.push(group);
        else groups.set(member, [group]);
      }
    }
    return groups;
  }

  #ownNodes(definition: TaskDefinition): NodeSet {
    if (isAtSyncPoint(definition)) return AT_SYNC_POINT;
    const { tags, roles, groups } = definition;
    const placement = tags ?? roles ?? groups;
    return placement === null ? NOWHERE : { ...this.tags.select(placement), hasSync: false };
  }
}

function unite(sets: readonly NodeSet[]): NodeSet {
  const [first = NOWHERE, ...others] = sets;
  if (others.length === 0) return first;
  const tags = new Set(first.tags);
  for (const other of others) for (const tag of other.tags) tags.add(tag);
  return {
    tags,
    isEvery: sets.some(({ isEvery }) => isEvery),
    isOpen: sets.some(({ isOpen }) => isOpen),
    hasMaster: sets.some(({ hasMaster }) => hasMaster),
    hasSync: sets.some(({ hasSync }) => hasSync),
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
