import { digraph, shortestCycle } from '@muster/graph';
import { type Bundle, isExpression, MASTER, type Relation, type TaskDefinition } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { isAtSyncPoint } from './draft/at-sync-point';
import { namePattern } from './draft/name-pattern';

/** Names of a cycle's path that are shown. */
const PATH_SHOWN_MAX = 40;

/**
 * Finds, before there is a cluster, cycles that clusters of the bundle would have: an error where every cluster that has
 * the tags in question has it, a warning where one that gives a node several of them has. A skipped task is still a
 * bridge, so conditions make no difference. Says nothing of what only planning can tell: relations that are computed,
 * that choose `any`, or that lead to other roles. At most one problem per graph.
 * Cost: proportional to the relations, once per tag that definitions are placed by.
 */
export function checkDefinitions(bundle: Bundle): readonly Problem[] {
  return bundle.graphs.flatMap(({ type, definitions }) => {
    const found = new DefinitionGraph(definitions).cycle();
    return found === null ? [] : [asProblem(type, found)];
  });
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
  readonly #ids: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #placements: readonly Selector[];
  readonly #arcs: readonly Arc[];

  constructor(definitions: readonly TaskDefinition[]) {
    const groups = definitions.filter(({ type }) => type === 'group');
    this.#definitions = definitions.filter(({ type }) => type !== 'group');
    this.#ids = this.#definitions.map(({ id }) => id);
    this.#places = new Map(this.#ids.map((id, at) => [id, at]));
    this.#placements = this.#definitions.map((definition) => {
      const memberOf = groups.filter(({ tasks }) => tasks.includes(definition.id));
      return new Selector(
        [definition, ...memberOf].flatMap(({ tags, roles, groups: own }) => tags ?? roles ?? own ?? []),
      );
    });
    this.#arcs = this.#definitions.flatMap((definition, at) => this.#arcsOf(definition, at));
  }

  cycle(): FoundCycle | null {
    for (const tag of new Set(this.#placements.flatMap(({ names }) => names))) {
      const isThere = (at: number): boolean => this.#isAtSyncPoint(at) || this.#placements[at]?.selects(tag) === true;
      const path = this.#search((arc) => isThere(arc.owner) && isThere(arc.other) && this.#holdsOn(tag, arc));
      if (path) return { path, tag, isSure: true };
    }
    const everywhere = this.#search((arc) => this.#holdsAnywhere(arc) || this.#isAlwaysNear(arc));
    if (everywhere) return { path: everywhere, tag: null, isSure: true };
    const together = this.#search((arc) => this.#holdsAnywhere(arc) || this.#mayBeNear(arc));
    return together && { path: together, tag: null, isSure: false };
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

  #search(holds: (arc: Arc) => boolean): readonly TaskDefinition[] | null {
    const predecessors: number[][] = this.#ids.map(() => []);
    for (const arc of this.#arcs) {
      const { owner, other, isBefore } = arc;
      // A task never requires itself, and one that is nowhere requires nothing.
      if (owner === other || !this.#isPlaced(owner) || !this.#isPlaced(other) || !holds(arc)) continue;
      if (isBefore) predecessors[owner]?.push(other);
      else predecessors[other]?.push(owner);
    }
    const path = shortestCycle(digraph(this.#ids, predecessors));
    return path && path.map((at) => this.#definitions[at] as TaskDefinition);
  }

  #arcsOf(definition: TaskDefinition, owner: number): readonly Arc[] {
    const arcs: Arc[] = [];
    const add = (name: string, isBefore: boolean, reach: Arc['reach'] | null): void => {
      if (reach !== null) for (const other of this.#named(name)) arcs.push({ owner, other, isBefore, reach });
    };
    for (const [relations, isBefore, otherwise] of [
      [definition.requires, true, 'near'],
      [definition.requiredFor, false, 'near'],
      [definition.crossDepends, true, 'all'],
      [definition.crossDependedBy, false, 'all'],
    ] as const) {
      for (const each of relations) if (!isExpression(each)) add(each.name, isBefore, reachOf(each, otherwise));
    }
    for (const name of definition.after) add(name, true, 'anywhere');
    return arcs;
  }

  #named(name: string): readonly number[] {
    const pattern = namePattern(name);
    if (pattern === null) return [];
    if (pattern.kind === 'exact') return [this.#places.get(pattern.name) ?? []].flat();
    return this.#ids.flatMap((id, at) => (pattern.matches(id) ? [at] : []));
  }
}

function reachOf({ role, policy }: Relation, otherwise: 'near' | 'all'): Arc['reach'] | null {
  if (role === undefined && policy !== 'any') return otherwise;
  if (role === undefined || role === null || isExpression(role)) return null;
  if (role === 'self') return 'self';
  if (policy === 'any') return null;
  if (role === '*') return 'all';
  return new Selector(role);
}

/** Which tags a placement or role names. */
class Selector {
  /** Exact ones. */
  readonly names: readonly string[];
  /** Equal for equal selectors. */
  readonly text: string;
  readonly isEmpty: boolean;
  readonly isMasterOnly: boolean;
  readonly #isAny: boolean;
  readonly #patterns: readonly ((name: string) => boolean)[];

  constructor(written: string | readonly string[]) {
    const items = typeof written === 'string' ? [written] : written;
    this.#isAny = items.includes('*');
    const patterns = items.filter((item) => item !== '*').map(namePattern);
    this.names = patterns.flatMap((it) => (it?.kind === 'exact' ? [it.name] : []));
    this.#patterns = patterns.flatMap((it) => (it?.kind === 'regex' ? [it.matches] : []));
    this.text = JSON.stringify([...new Set(items)].sort());
    this.isEmpty = items.length === 0;
    this.isMasterOnly = items.every((item) => item === MASTER);
  }

  selects(tag: string): boolean {
    if (this.names.includes(tag)) return true;
    return tag !== MASTER && (this.#isAny || this.#patterns.some((matches) => matches(tag)));
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
