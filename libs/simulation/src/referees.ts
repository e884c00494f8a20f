import { SYNC_POINT, type DeploymentEvent, type GraphTask, type TaskGraph, type TaskState } from '@muster/model';

/** What the referees hold; each has a planted fault in `referees.spec.ts`. */
export const RULES = [
  'a running task does not end before its attempt',
  'a task ends once',
  'an attempt ends only if it runs',
  'attempts are counted without gaps',
  'blocked only by something that failed',
  'ends only tasks of the graph',
  'every task ends',
  'never exceeds a concurrency policy',
  'never runs two tasks on one node',
  'never starts a task before its dependencies are satisfied',
  'never starts a task that has ended',
  'never starts a task twice at once',
  'nothing runs after the end',
  'only an exit makes a success',
  'reopens only what a person wants tried again',
  'reopens only what did not succeed',
  'starts nothing on a failed node',
  'starts nothing once a fault tolerance is passed',
  'starts nothing unless it runs',
  'starts only tasks of the graph',
  'stops when a fault tolerance is passed, and not one failure earlier',
  'the outcome is never greener than the truth',
  'what a tolerance of nodes does not cover makes it fail',
  'with every task done the deployment has succeeded',
] as const;
export type Rule = (typeof RULES)[number];

/** What a referee saw that must never happen. */
export interface Verdict {
  readonly rule: Rule;
  readonly seq: number;
  readonly text: string;
}

/**
 * Watches the events of a deployment against its graph, by its own simple bookkeeping: shares no code with the scheduler.
 * `see` takes each event in order; `verdicts` grows with what broke a rule.
 */
export class Referees {
  readonly verdicts: Verdict[] = [];
  readonly #graph: TaskGraph;
  readonly #tasks: ReadonlyMap<string, GraphTask>;
  readonly #barriers: ReadonlyMap<string, readonly string[]>;
  readonly #state = new Map<string, TaskState>();
  readonly #running = new Map<string, GraphTask>();
  readonly #starts = new Map<string, number>();
  readonly #judged = new Set<string>();
  readonly #lastKind = new Map<string, string>();
  readonly #failedNodes = new Set<string>();
  readonly #capacity: Map<string, number>;
  #status = 'pending';
  #stopAsked = false;
  #retryAsked = false;
  /** Limits made smaller than what is held already. */
  readonly #over = new Set<string>();
  #seq = 0;

  constructor(graph: TaskGraph) {
    this.#graph = graph;
    this.#tasks = new Map(graph.tasks.map((task) => [task.task, task]));
    this.#barriers = new Map(graph.barriers.map((barrier) => [barrier.id, barrier.requires]));
    this.#capacity = new Map(Object.entries(graph.limits));
  }

  see(event: DeploymentEvent): void {
    this.#seq = event.seq;
    switch (event.type) {
      case 'attempt-started':
        return this.#started(event.task, event.attempt);
      case 'attempt-ended':
        if (!this.#running.delete(event.task)) this.#object('an attempt ends only if it runs', event.task);
        this.#lastKind.set(event.task, event.result.kind);
        return;
      case 'tasks-ended':
        for (const task of event.tasks) this.#ended(task, event.state);
        return;
      case 'carried-over':
        for (const { task, attempts, end } of event.tasks) {
          if (attempts > 0) this.#starts.set(task, attempts);
          if (end !== undefined) this.#state.set(task, end);
        }
        return;
      case 'tasks-reopened':
        for (const task of event.tasks) this.#reopened(task);
        return;
      case 'control':
        if (event.verb === 'retry') this.#retryAsked = true;
        if (event.verb === 'drain' || event.verb === 'cancel') this.#stopAsked = true;
        if (event.verb === 'set-limit' && event.limit) {
          if (event.limit.amount < (this.#capacity.get(event.limit.key) ?? 0)) this.#over.add(event.limit.key);
          this.#capacity.set(event.limit.key, event.limit.amount);
        }
        return;
      case 'state-changed':
        this.#status = event.state;
        if (event.state === 'draining' && !this.#stopAsked && this.#exceeded() === null) {
          this.#object('stops when a fault tolerance is passed, and not one failure earlier', 'draining for no reason');
        }
        return;
      default:
        return;
    }
  }

  /** To be asked when the deployment has ended: everything ended, and the outcome is no greener than the truth. */
  close(): void {
    const states = this.#graph.tasks.map((task) => this.#state.get(task.task));
    const left = this.#graph.tasks.find((task) => !this.#state.has(task.task));
    if (left) this.#object('every task ends', left.task);
    if (this.#running.size > 0) this.#object('nothing runs after the end', [...this.#running.keys()].join());
    const bad = states.some(
      (state) => state === 'failed' || state === 'blocked' || state === 'not-run' || state === 'cancelled',
    );
    if (bad && (this.#status === 'succeeded' || this.#status === 'succeeded-with-skips'))
      this.#object('the outcome is never greener than the truth', this.#status);
    const beyond = this.#graph.tasks.find(
      ({ task, node, validation }) =>
        (validation === 'fatal' && this.#state.get(task) === 'failed') ||
        (node === SYNC_POINT && this.#state.get(task) === 'blocked'),
    );
    if (beyond && this.#status === 'succeeded-with-failures')
      this.#object('what a tolerance of nodes does not cover makes it fail', beyond.task);
    if (!bad && this.#status !== 'succeeded' && this.#status !== 'succeeded-with-skips' && !this.#stopAsked) {
      this.#object('with every task done the deployment has succeeded', this.#status);
    }
  }

  #started(address: string, attempt: number): void {
    const task = this.#tasks.get(address);
    if (!task) return this.#object('starts only tasks of the graph', address);
    if (this.#state.has(address)) this.#object('never starts a task that has ended', address);
    if (this.#running.has(address)) this.#object('never starts a task twice at once', address);
    const starts = (this.#starts.get(address) ?? 0) + 1;
    this.#starts.set(address, starts);
    if (attempt !== starts) this.#object('attempts are counted without gaps', address);
    if (this.#status !== 'running') this.#object('starts nothing unless it runs', `${address} while ${this.#status}`);
    const exceeded = this.#exceeded();
    if (exceeded !== null) this.#object('starts nothing once a fault tolerance is passed', `${address}, ${exceeded}`);
    const node = this.#nodeOf(task);
    if (node !== null) {
      const other = [...this.#running.values()].find((running) => this.#nodeOf(running) === node);
      if (other) this.#object('never runs two tasks on one node', `${address} and ${other.task}`);
      if (this.#failedNodes.has(node)) this.#object('starts nothing on a failed node', address);
    }
    // Work of the cluster itself is judged once: what it passed over may be tried again while it goes on.
    if (node !== null || !this.#judged.has(address)) this.#checkOrder(task);
    if (node === null) this.#judged.add(address);
    this.#running.set(address, task);
    for (const key of Object.keys(this.#graph.limits)) {
      const holders = holdersOf(
        this.#graph,
        key,
        (each) => this.#running.has(each.task),
        (each) => this.#starts.has(each.task),
        (each) => this.#state.get(each.task) ?? 'waiting',
      );
      if (holders.size > (this.#capacity.get(key) ?? 0) && !this.#over.has(key))
        this.#object('never exceeds a concurrency policy', `${address}: ${key}`);
    }
  }

  #ended(address: string, state: TaskState): void {
    const task = this.#tasks.get(address);
    if (!task) return this.#object('ends only tasks of the graph', address);
    if (this.#state.has(address)) this.#object('a task ends once', address);
    if (this.#running.has(address)) this.#object('a running task does not end before its attempt', address);
    if (state === 'succeeded') {
      if (!this.#judged.has(address)) this.#checkOrder(task);
      if (this.#lastKind.get(address) !== 'exited') this.#object('only an exit makes a success', address);
    }
    if (state === 'skipped' && task.action === 'skip') this.#checkOrder(task);
    if (state === 'blocked' && !this.#before(task).some((name) => this.#isBad(name)))
      this.#object('blocked only by something that failed', address);
    this.#state.set(address, state);
    const node = this.#nodeOf(task);
    if (state === 'failed' && node !== null) this.#failedNodes.add(node);
  }

  #reopened(address: string): void {
    const state = this.#state.get(address);
    if (!this.#retryAsked) this.#object('reopens only what a person wants tried again', address);
    if (state === undefined || state === 'succeeded') this.#object('reopens only what did not succeed', address);
    this.#state.delete(address);
    this.#judged.delete(address);
    const failed = [...this.#state].filter(([, each]) => each === 'failed').map(([each]) => this.#tasks.get(each));
    this.#failedNodes.clear();
    for (const task of failed) {
      const node = task ? this.#nodeOf(task) : null;
      if (node !== null) this.#failedNodes.add(node);
    }
  }

  #checkOrder(task: GraphTask): void {
    for (const name of this.#before(task)) {
      const state = this.#state.get(name);
      if (state === 'succeeded' || state === 'skipped') continue;
      const before = this.#tasks.get(name);
      const node = before ? this.#nodeOf(before) : null;
      const lenient = task.node === SYNC_POINT && state !== undefined && node !== null && this.#isInIntactGroup(node);
      if (!lenient)
        this.#object('never starts a task before its dependencies are satisfied', `${task.task} before ${name}`);
    }
  }

  #before(task: GraphTask): string[] {
    const found: string[] = [];
    const stack = [...task.requires];
    const seen = new Set<string>();
    for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const barrier = this.#barriers.get(name);
      if (barrier) stack.push(...barrier);
      else found.push(name);
    }
    return found;
  }

  #isBad(name: string): boolean {
    const state = this.#state.get(name);
    return state !== undefined && state !== 'succeeded' && state !== 'skipped';
  }

  #nodeOf(task: GraphTask): string | null {
    if (task.node === SYNC_POINT) return null;
    return task.node === 'master' ? (this.#graph.master ?? 'master') : task.node;
  }

  #failedIn(nodes: readonly string[]): number {
    return new Set(nodes.filter((node) => this.#failedNodes.has(node))).size;
  }

  #exceeded(): string | null {
    const group = this.#graph.faultTolerance.find(({ nodes, tolerated }) => this.#failedIn(nodes) > tolerated);
    return group ? group.name : null;
  }

  #isInIntactGroup(node: string): boolean {
    const groups = this.#graph.faultTolerance.filter(({ nodes }) => nodes.includes(node));
    return groups.length > 0 && groups.every(({ nodes, tolerated }) => this.#failedIn(nodes) <= tolerated);
  }

  #object(rule: Rule, text: string): void {
    this.verdicts.push({ rule, seq: this.#seq, text });
  }
}

/**
 * Who holds a slot of `key`: nodes, through a task that runs or through a section that has been opened and not been
 * finished well; and tasks of the sync point.
 */
function holdersOf(
  graph: TaskGraph,
  key: string,
  isRunning: (task: GraphTask) => boolean,
  wasStarted: (task: GraphTask) => boolean,
  stateOf: (task: GraphTask) => TaskState,
): Set<string> {
  const sections = new Map<string, GraphTask[]>();
  const holders = new Set<string>();
  for (const task of graph.tasks) {
    if (task.action === 'skip') continue;
    const holder = holderOf(graph, task);
    if (isRunning(task) && task.limits.includes(key)) holders.add(holder);
    if (task.section === undefined || task.node === SYNC_POINT) continue;
    const name = `${task.section} ${holder}`;
    sections.set(name, [...(sections.get(name) ?? []), task]);
  }
  for (const tasks of sections.values()) {
    const [first] = tasks;
    if (!first || !tasks.some((task) => task.limits.includes(key)) || !tasks.some(wasStarted)) continue;
    if (!tasks.every((task) => ['succeeded', 'skipped'].includes(stateOf(task)))) holders.add(holderOf(graph, first));
  }
  return holders;
}

function holderOf(graph: TaskGraph, task: GraphTask): string {
  if (task.node === SYNC_POINT) return task.task;
  return task.node === 'master' ? (graph.master ?? 'master') : task.node;
}

/** Tasks that could start now by a plain reading of the rules, given what runs, was started and has ended; sorted. */
export function startableTasks(
  graph: TaskGraph,
  stateOf: (task: string) => TaskState,
  isWaitingForTime: (task: string) => boolean,
  wasStarted: (task: string) => boolean,
): string[] {
  const isRunning = (task: GraphTask): boolean => stateOf(task.task) === 'running';
  const busy = new Set(graph.tasks.filter(isRunning).map((task) => holderOf(graph, task)));
  const holders = new Map(
    Object.keys(graph.limits).map((key) => [
      key,
      holdersOf(
        graph,
        key,
        isRunning,
        (task) => wasStarted(task.task),
        (task) => stateOf(task.task),
      ),
    ]),
  );
  const isFree = (task: GraphTask, key: string): boolean => {
    const holding = holders.get(key) ?? new Set();
    return holding.has(holderOf(graph, task)) || holding.size < (graph.limits[key] ?? 0);
  };
  /** A section wants all of its slots at its first task. */
  const wanted = (task: GraphTask): readonly string[] => {
    if (task.section === undefined || task.node === SYNC_POINT) return task.limits;
    const members = graph.tasks.filter(
      (each) =>
        each.section === task.section && each.action === 'run' && holderOf(graph, each) === holderOf(graph, task),
    );
    return members.some((each) => wasStarted(each.task)) ? [] : members.flatMap(({ limits }) => limits);
  };
  return graph.tasks
    .filter((task) => stateOf(task.task) === 'ready' && task.action === 'run' && !isWaitingForTime(task.task))
    .filter((task) => task.node === SYNC_POINT || !busy.has(holderOf(graph, task)))
    .filter((task) => wanted(task).every((key) => isFree(task, key)))
    .map((task) => task.task);
}
