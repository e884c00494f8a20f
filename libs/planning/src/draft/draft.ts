import {
  byCodeUnit,
  taskAddress,
  type Bundle,
  type FaultToleranceGroup,
  type JsonObject,
  type LeftOut,
  type TaskAddress,
  type TaskDefinition,
  type TaskReason,
} from '@muster/model';
import { problem, type Place, type Problem, type ProblemCode, type ProblemInput } from '@muster/problems';
import { SettingsEvaluator } from '../evaluation/settings-evaluator';
import type { Evaluator } from '../evaluator';
import type { PlanInput } from '../plan-input';
import type { Fingerprint } from '../previous/previous-states';
import { Prefix } from '../nested/prefix-names';
import { ExpressionWork } from './expression-work';
import { namePattern } from './name-pattern';
import { Places } from './places';
import { TaskFiles } from './task-files';
import { TaskSets } from './task-sets';

/** A definition and the bundle that it comes from, whose files its parameters name. */
export interface OwnedDefinition {
  readonly definition: TaskDefinition;
  readonly owner: Bundle;
}

/** A task in the making. */
export interface DraftTask {
  readonly index: number;
  readonly address: TaskAddress;
  readonly definition: TaskDefinition;
  readonly owner: Bundle;
  /** A node's name, `sync` or `master`. */
  readonly node: string;
  /** Of an earlier run of a repeated task: the definition that is repeated. Null: any other task. */
  repeatOf: string | null;
  action: 'run' | 'skip';
  reason: TaskReason;
  parameters: JsonObject;
  /** Tasks that come before, one by one; repetitions and itself are dropped when the graph is built. */
  requires: number[];
  /** Sets of tasks that come before as a whole; itself excepted. */
  requiresSets: number[];
  /** Barriers that come before. */
  requiresBarriers: number[];
  limit: number | null;
  limits: readonly string[];
  /** Tasks whose outputs its parameters take. */
  takesFrom: number[];
  /** What it is recorded as when it succeeds; null: it does not run for its own sake. */
  fingerprint: Fingerprint | null;
}

export interface DraftBarrier {
  /** Indices of tasks. */
  readonly requires: readonly number[];
  /** Indices of other barriers. */
  readonly requiresBarriers: readonly number[];
}

const PLACED: TaskReason = { code: 'placed', text: 'Its definition is placed here.' };
const NO_LIMITS: readonly string[] = [];
/** Shared by all tasks that require nothing so: there are 100,000, and four lists of each. */
const NOTHING: number[] = [];
Object.freeze(NOTHING);

/** Adds to a list of relations of `task`. Most have one or none, and a list that grows has room for 17 from its first. */
export function relate(
  task: DraftTask,
  list: 'requires' | 'requiresSets' | 'requiresBarriers' | 'takesFrom',
  others: readonly number[],
): void {
  if (task[list].length === 0) task[list] = [...others];
  else for (const other of others) task[list].push(other);
}

/** The one graph that all passes work on. A pass reads what earlier ones wrote, and adds its own. */
export class Draft {
  readonly problems: Problem[] = [];
  definitions: ReadonlyMap<string, OwnedDefinition> = new Map();
  places = new Places(new Map());
  primaries: Readonly<Record<string, string>> = {};
  /** Every tag that a node might have; null: any name may be one. */
  knownTags: ReadonlySet<string> | null = null;
  readonly tasks: DraftTask[] = [];
  /** Definition -> node -> index of the task. */
  readonly placed = new Map<string, Map<string, number>>();
  readonly leftOut: LeftOut[] = [];
  /** Of the graph, higher layers over lower ones. */
  metadata: JsonObject = {};
  /** Of the filter of nodes that holds. */
  filterPlace: Place | null = null;
  /** Nodes that the graph's filter leaves out. */
  filteredOut: readonly string[] = [];
  readonly files = new TaskFiles((code, it) => this.report(code, it));
  readonly sets = new TaskSets();
  /** Characters of what expressions have given. */
  computed = 0;
  barriers: DraftBarrier[] = [];
  readonly limits = new Map<string, number>();
  faultTolerance: FaultToleranceGroup[] = [];
  readonly #reported = new Set<string>();
  readonly #onNodes = new Map<string, { readonly at: number; readonly nodes: Set<string> }>();
  readonly #prefixes = new Map<string, Prefix>();
  readonly #matching = new Map<string, readonly string[] | null>();

  readonly evaluator: Evaluator;
  /** What expressions may cost, and have cost. */
  readonly work: ExpressionWork;
  isWorkReported = false;

  constructor(readonly input: PlanInput) {
    this.work = new ExpressionWork(input.cluster.nodes.length, input.expressionSteps, input.expired);
    this.evaluator = input.evaluator ?? evaluatorOf(input, this.work);
  }

  /** The same problem is reported once, however many tasks or relations run into it. */
  report(code: ProblemCode, it: ProblemInput): void {
    const key = `${code} ${it.subject} ${it.summary}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.problems.push(problem(code, it));
  }

  /**
   * As `report`, of one task: what a definition gets wrong on several nodes is one problem, which counts the nodes and names
   * the first of them.
   */
  reportTask(
    code: ProblemCode,
    { definition, node }: Pick<DraftTask, 'definition' | 'node'>,
    it: Omit<ProblemInput, 'subject'>,
  ): void {
    this.reportOnNode(code, node, `task ${taskAddress(definition.id, node)}`, {
      ...it,
      subject: `task ${definition.id}`,
    });
  }

  /** `alone`: the subject if it is one node only. */
  reportOnNode(code: ProblemCode, node: string, alone: string, it: ProblemInput): void {
    const key = `${code} ${it.subject} ${it.summary}`;
    const known = this.#onNodes.get(key);
    if (!known) {
      this.#onNodes.set(key, { at: this.problems.length, nodes: new Set([node]) });
      this.problems.push(problem(code, { ...it, subject: alone }));
      return;
    }
    if (known.nodes.has(node)) return;
    known.nodes.add(node);
    this.problems[known.at] = problem(code, { ...it, summary: `${it.summary} (${listNodes(known.nodes)})` });
  }

  /** Null if the task is there already. */
  addTask({ definition, owner }: OwnedDefinition, node: string): DraftTask | null {
    const nodes = this.placed.get(definition.id) ?? new Map<string, number>();
    this.placed.set(definition.id, nodes);
    if (nodes.has(node)) return null;
    const index = this.tasks.length;
    nodes.set(node, index);
    const task: DraftTask = {
      index,
      address: taskAddress(definition.id, node),
      definition,
      owner,
      node,
      repeatOf: null,
      action: 'run',
      reason: PLACED,
      parameters: definition.parameters,
      requires: NOTHING,
      requiresSets: NOTHING,
      requiresBarriers: NOTHING,
      limit: null,
      limits: NO_LIMITS,
      takesFrom: NOTHING,
      fingerprint: null,
    };
    this.tasks.push(task);
    return task;
  }

  /** Index of the task of `definition` on `node`; undefined if it is not there. */
  at(definition: string, node: string): number | undefined {
    return this.placed.get(definition)?.get(node);
  }

  /** Tasks of a definition, in the order of places. */
  tasksOf(definition: string): readonly DraftTask[] {
    return [...(this.placed.get(definition)?.values() ?? [])].map((index) => this.task(index));
  }

  task(index: number): DraftTask {
    const task = this.tasks[index];
    if (!task) throw new RangeError(`no task ${index}`);
    return task;
  }

  /** How names of an included release are called in the one around it. */
  prefixOf(scope: string): Prefix {
    const known =
      this.#prefixes.get(scope) ?? new Prefix(scope, { ...this.input.release, roles: {}, tags: {}, graphs: [] });
    this.#prefixes.set(scope, known);
    return known;
  }

  /** Ids that `name` (an id or `/regex/`) stands for, sorted; null for a bad pattern. Groups count, they make no tasks. */
  matching(name: string): readonly string[] | null {
    const known = this.#matching.get(name);
    if (known !== undefined) return known;
    const found = this.#match(name);
    this.#matching.set(name, found);
    return found;
  }

  #match(name: string): readonly string[] | null {
    const pattern = namePattern(name);
    if (!pattern) return null;
    if (pattern.kind === 'exact') return this.definitions.has(name) ? [name] : [];
    return [...this.definitions.keys()].filter(pattern.matches).sort(byCodeUnit);
  }
}

/** Nodes that are named. */
const NODES_SHOWN_MAX = 5;

/** `on 200 nodes: 1, 2, 3, 4, 5 and 195 more` */
function listNodes(nodes: ReadonlySet<string>): string {
  const more = nodes.size - NODES_SHOWN_MAX;
  const shown: string[] = [];
  for (const node of nodes) if (shown.push(node) === NODES_SHOWN_MAX) break;
  return `on ${nodes.size} nodes: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Forced, everything is evaluated as if for the first time. */
function evaluatorOf(
  { cluster, release, plugins, previous, options, secrets, attributes }: PlanInput,
  work: ExpressionWork,
): Evaluator {
  return new SettingsEvaluator({
    cluster,
    bundles: [release, ...plugins],
    previous: options?.force ? null : (previous ?? null),
    work,
    ...(secrets ? { secrets } : {}),
    ...(attributes ? { attributes } : {}),
  });
}
