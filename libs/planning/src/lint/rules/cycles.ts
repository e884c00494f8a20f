import { digraph, shortestCycle } from '@muster/graph';
import { isExpression, MASTER, type Placement, type Relation, type TaskDefinition } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { isAtSyncPoint } from '../../draft/at-sync-point';
import { namePattern } from '../../draft/name-pattern';
import type { LintGraph } from '../lint-graph';
import type { LintWork } from '../lint-work';
import { matchingCost, patternCost } from '../pattern-cost';
import { findExampleCycle } from './example-cycles';

/** Names of a cycle's path that are shown. */
const PATH_SHOWN_MAX = 40;

/**
 * Finds, before there is a cluster, cycles that clusters of the bundle would have: an error where every cluster that has
 * the tasks in question has it, a warning where one that gives a node several of them has. A skipped task is still a
 * bridge, so conditions make no difference. What depends on who else is there (the order and modes of roles, relations
 * that choose `any`, outputs) is looked for in small clusters, and relations that are computed nowhere. At most one problem
 * per graph.
 * Cost: proportional to the relations between definitions of a tag, once per tag that definitions are placed by.
 */
export function* findCycles(graph: LintGraph): Iterable<Problem> {
  const found = new DefinitionGraph(graph).cycle();
  if (found) yield asProblem(graph.type, found);
  else yield* findExampleCycle(graph);
}

interface FoundCycle {
  readonly path: readonly TaskDefinition[];
  /** Tag on whose nodes it is; null: wherever the definitions are. */
  readonly tag: string | null;
  readonly isSure: boolean;
}

/**
 * One relation, written in the definition `owner` about `other`, and where that one is looked for: on the same node and
 * at the sync point, on the same node, on all nodes but the master's, on those with a tag, or wherever it is.
 */
interface Arc {
  readonly owner: number;
  readonly other: number;
  readonly isBefore: boolean;
  readonly reach: 'near' | 'self' | 'all' | 'anywhere' | Selector;
}

class DefinitionGraph {
  readonly #definitions: readonly TaskDefinition[];
  readonly #work: LintWork;
  readonly #places: ReadonlyMap<TaskDefinition, number>;
  readonly #placements: readonly Selector[];
  /** Those of each definition. */
  readonly #arcs: readonly (readonly Arc[])[];

  constructor(private readonly graph: LintGraph) {
    this.#work = graph.work;
    this.#definitions = graph.tasks;
    this.#places = new Map(this.#definitions.map((definition, at) => [definition, at]));
    this.#placements = this.#definitions.map((definition) => {
      const all = [definition, ...graph.groupsOf(definition)].map(placementOf);
      return new Selector(all.flat(), graph.work);
    });
    this.#arcs = this.#definitions.map((definition, at) => this.#arcsOf(definition, at));
  }

  cycle(): FoundCycle | null {
    for (const [tag, members] of this.#byTag()) {
      const path = this.#search(members, (arc) => this.#holdsOn(tag, arc));
      if (path) return { path, tag, isSure: true };
    }
    const all = this.#definitions.map((_, at) => at);
    const everywhere = this.#search(all, (arc) => this.#holdsAnywhere(arc) || this.#isAlwaysNear(arc));
    if (everywhere) return { path: everywhere, tag: null, isSure: true };
    const together = this.#search(all, (arc) => this.#holdsAnywhere(arc) || this.#mayBeNear(arc));
    return together && { path: together, tag: null, isSure: false };
  }

  /** Definitions that are on nodes with a tag, or at the sync point; for every tag that a placement names. */
  #byTag(): ReadonlyMap<string, readonly number[]> {
    const byTag = new Map<string, number[]>();
    this.#placements.forEach(({ names }, at) => {
      if (this.#isAtSyncPoint(at)) return;
      for (const name of names) {
        const known = byTag.get(name);
        if (known) known.push(at);
        else byTag.set(name, [at]);
      }
    });
    const others = this.#placements.flatMap((placement, at) =>
      this.#isAtSyncPoint(at) || placement.isWide ? [at] : [],
    );
    for (const [tag, members] of byTag) {
      this.#work.spend(1 + others.length / 2);
      for (const at of others) {
        const placement = this.#placements[at];
        const isWideOnly = placement?.names.has(tag) === false && placement.selects(tag);
        if (this.#isAtSyncPoint(at) || isWideOnly) members.push(at);
      }
      members.sort((a, b) => a - b);
    }
    return byTag;
  }

  #isAtSyncPoint(at: number): boolean {
    const definition = this.#definitions[at];
    return definition !== undefined && isAtSyncPoint(definition);
  }

  #isPlaced(at: number): boolean {
    return this.#isAtSyncPoint(at) || this.#placements[at]?.isEmpty === false;
  }

  /** Whether a relation holds for the tasks of both on one node with this tag. */
  #holdsOn(tag: string, arc: Arc): boolean {
    const { other, reach } = arc;
    if (reach === 'near' || reach === 'self') return this.#mayBeNear(arc);
    if (reach === 'anywhere') return true;
    // Roles look neither at the sync point nor, by default, at the master.
    return !this.#isAtSyncPoint(other) && tag !== MASTER && (reach === 'all' || reach.selects(tag));
  }

  /** Whether a relation holds between the tasks of both, on whichever nodes they are. */
  #holdsAnywhere({ other, reach }: Arc): boolean {
    if (reach === 'anywhere') return true;
    return reach === 'all' && !this.#isAtSyncPoint(other) && this.#placements[other]?.isMasterOnly === false;
  }

  /** Whether the tasks of a relation on the same node are always there together. */
  #isAlwaysNear(arc: Arc): boolean {
    const { owner, other } = arc;
    if (!this.#mayBeNear(arc)) return false;
    return this.#isAtSyncPoint(other) || this.#placements[owner]?.text === this.#placements[other]?.text;
  }

  /** A task looks for the other on its own node and at the sync point; one that is at the sync point looks there only. */
  #mayBeNear({ owner, other, reach }: Arc): boolean {
    if (reach === 'near') return !this.#isAtSyncPoint(owner) || this.#isAtSyncPoint(other);
    return reach === 'self' && this.#isAtSyncPoint(owner) === this.#isAtSyncPoint(other);
  }

  /** A shortest cycle among these definitions, by the relations that hold. */
  #search(members: readonly number[], holds: (arc: Arc) => boolean): readonly TaskDefinition[] | null {
    this.#work.spend(members.length / 5);
    const local = new Map(members.map((at, index) => [at, index]));
    const predecessors: number[][] = members.map(() => []);
    let edges = 0;
    for (const [from, owner] of members.entries()) {
      const arcs = this.#arcs[owner] ?? [];
      this.#work.spend(arcs.length / 2);
      for (const arc of arcs) {
        const to = local.get(arc.other);
        // A task never requires itself, and one that is nowhere requires nothing.
        if (to === undefined || to === from || !this.#isPlaced(owner) || !this.#isPlaced(arc.other) || !holds(arc))
          continue;
        edges++;
        predecessors[arc.isBefore ? from : to]?.push(arc.isBefore ? to : from);
      }
    }
    this.#work.spend(members.length + edges);
    const path = shortestCycle(
      digraph(
        members.map((at) => this.#definitions[at]?.id ?? ''),
        predecessors,
      ),
    );
    return path && path.map((index) => this.#definitions[members[index] ?? 0] as TaskDefinition);
  }

  #arcsOf(definition: TaskDefinition, owner: number): readonly Arc[] {
    const arcs: Arc[] = [];
    const add = (name: string, isBefore: boolean, reach: Arc['reach'] | null): void => {
      if (reach === null) return;
      const named = this.graph.matching(name) ?? [];
      this.#work.spend(0.3 + named.length / 5);
      for (const each of named) {
        const other = this.#places.get(each);
        if (other !== undefined) arcs.push({ owner, other, isBefore, reach });
      }
    };
    for (const [relations, isBefore, otherwise] of [
      [definition.requires, true, 'near'],
      [definition.requiredFor, false, 'near'],
      [definition.crossDepends, true, 'all'],
      [definition.crossDependedBy, false, 'all'],
    ] as const) {
      for (const each of relations) if (!isExpression(each)) add(each.name, isBefore, this.#reachOf(each, otherwise));
    }
    for (const name of definition.after) add(name, true, 'anywhere');
    return arcs;
  }

  #reachOf({ role, policy }: Relation, otherwise: 'near' | 'all'): Arc['reach'] | null {
    if (role === undefined && policy !== 'any') return otherwise;
    if (role === undefined || role === null || isExpression(role)) return null;
    if (role === 'self') return 'self';
    if (policy === 'any') return null;
    if (role === '*') return 'all';
    return new Selector(typeof role === 'string' ? [role] : role, this.#work);
  }
}

function placementOf({ tags, roles, groups }: TaskDefinition): readonly string[] {
  const placement: Placement = tags ?? roles ?? groups ?? [];
  return placement === '*' ? ['*'] : placement;
}

/** Which tags a placement or role names. */
class Selector {
  /** Exact ones. */
  readonly names: ReadonlySet<string>;
  /** Equal for equal selectors. */
  readonly text: string;
  readonly isEmpty: boolean;
  readonly isMasterOnly: boolean;
  /** It may select tags that it does not name. */
  readonly isWide: boolean;
  readonly #isAny: boolean;
  readonly #patterns: readonly { readonly matches: (name: string) => boolean; readonly cost: number }[];

  constructor(
    items: readonly string[],
    private readonly work: LintWork,
  ) {
    work.spend(items.length / 2);
    this.#isAny = items.includes('*');
    const names: string[] = [];
    const patterns: { matches: (name: string) => boolean; cost: number }[] = [];
    for (const item of items) {
      if (item === '*') continue;
      if (item.startsWith('/')) work.spend(patternCost(item));
      const pattern = namePattern(item);
      if (pattern?.kind === 'exact') names.push(pattern.name);
      if (pattern?.kind === 'regex') patterns.push({ matches: pattern.matches, cost: matchingCost(item) });
    }
    this.names = new Set(names);
    this.#patterns = patterns;
    this.text = JSON.stringify([...new Set(items)].sort());
    this.isEmpty = items.length === 0;
    this.isMasterOnly = items.every((item) => item === MASTER);
    this.isWide = this.#isAny || patterns.length > 0;
  }

  selects(tag: string): boolean {
    if (this.names.has(tag)) return true;
    if (tag === MASTER) return false;
    return (
      this.#isAny ||
      this.#patterns.some(({ matches, cost }) => {
        this.work.spend(cost);
        return matches(tag);
      })
    );
  }
}

function asProblem(graphType: string, { path, tag, isSure }: FoundCycle): Problem {
  const [first] = path as readonly [TaskDefinition];
  const ids = [...path, first].map(({ id }) => id);
  const shown = ids.length > PATH_SHOWN_MAX ? [...ids.slice(0, PATH_SHOWN_MAX), '...'] : ids;
  const where = isSure ? (tag === null ? '' : ` on every node with the tag ${tag}`) : ' on a node that has them all';
  const inGraph = graphType === 'default' ? '' : ` (graph ${graphType})`;
  const summary = `comes before itself${where}${inGraph}: ${shown.join(' -> ')}`;
  const detail = path
    .slice(0, PATH_SHOWN_MAX)
    .map(({ id, place }) => `${id}: ${place.file ?? '?'}:${place.line ?? '?'}`);
  const code = isSure ? 'BUNDLE_CYCLE' : 'BUNDLE_POSSIBLE_CYCLE';
  return problem(code, { subject: `task ${first.id}`, summary, detail: detail.join('\n'), place: first.place });
}
