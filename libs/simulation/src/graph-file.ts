import { taskAddress, type FaultToleranceGroup, type GraphTask, type TaskGraph } from '@muster/model';
import { hasErrors, problem, type Problem } from '@muster/problems';
import { digraph, shortestCycle } from '@muster/graph';

export interface ReadGraphFile {
  /** Null if any problem is an error. */
  readonly graph: TaskGraph | null;
  readonly problems: readonly Problem[];
}

const PROBLEMS_MAX = 50;

/** Tasks of a graph file end by themselves; only one that a script lets hang is ended after this time, or twice its own. */
const TIMEOUT_MIN_MS = 3_600_000;

/**
 * A graph file (CONTRACT section 4), made for comparing schedulers: `value` is its JSON. Tasks at node -1 are cluster
 * anchors with work. All problems in one go; unknown keys are ignored.
 * `timeoutMs`: at least the longest duration that a script gives.
 */
export function readGraphFile(value: unknown, file: string, timeoutMs = TIMEOUT_MIN_MS): ReadGraphFile {
  const reader = new Reader(file, Math.max(TIMEOUT_MIN_MS, timeoutMs));
  const graph = reader.read(value);
  return { graph: hasErrors(reader.problems) ? null : graph, problems: reader.problems.slice(0, PROBLEMS_MAX) };
}

type Fields = Readonly<Record<string, unknown>>;

class Reader {
  readonly problems: Problem[] = [];

  constructor(
    private readonly file: string,
    private readonly timeoutMs: number,
  ) {}

  read(value: unknown): TaskGraph | null {
    if (!isFields(value)) return (this.#wrong('', 'a JSON object is expected'), null);
    const nodes = this.#list(value['nodes'], 'nodes').map((each, at) => this.#node(each, at));
    this.#unique(nodes, 'nodes', 'id');
    const caps = this.#caps(value['caps']);
    const written = this.#list(value['tasks'], 'tasks');
    const numbers = written.map((each, at) => this.#whole(isFields(each) ? each['i'] : null, `tasks.${at}.i`, 0));
    const addresses = written.map((each, at) => this.#address(each, at, nodes));
    this.#unique(addresses, 'tasks', 'name and node');
    this.#unique(numbers.map(String), 'tasks', 'i');
    const placeOf = new Map(numbers.map((number, at) => [number, at]));
    const tasks = written.map((each, at) => this.#task(isFields(each) ? each : {}, at, addresses, placeOf, caps));
    this.#refuseCycle(tasks);
    return {
      graphType: 'default',
      cluster: 'graph-file',
      tasks,
      barriers: [],
      faultTolerance: this.#tolerances(value['faultTolerance'], new Set(nodes)),
      limits: Object.fromEntries([...caps].map(([group, cap]) => [`group:${group}`, cap])),
      master: null,
    };
  }

  #task(
    task: Fields,
    at: number,
    addresses: readonly string[],
    placeOf: ReadonlyMap<number, number>,
    caps: ReadonlyMap<string, number>,
  ): GraphTask {
    const path = `tasks.${at}`;
    const address = addresses[at] ?? '';
    const split = address.lastIndexOf('@');
    const { dur, group } = task;
    if (typeof dur !== 'number' || !(dur >= 0) || dur > 1e9)
      this.#wrong(`${path}.dur`, 'a number of seconds is expected');
    if (group !== undefined && group !== null && typeof group !== 'string')
      this.#wrong(`${path}.group`, 'a name is expected');
    const requires = this.#list(task['deps'] ?? [], `${path}.deps`).flatMap((dep, index) => {
      const place = typeof dep === 'number' ? placeOf.get(dep) : undefined;
      if (place !== undefined && place !== at) return [addresses[place] ?? ''];
      this.#wrong(`${path}.deps.${index}`, place === at ? 'a task cannot depend on itself' : 'names no task');
      return [];
    });
    return {
      task: address,
      definition: address.slice(0, split),
      node: address.slice(split + 1),
      type: 'shell',
      action: 'run',
      reason: { code: 'placed', text: 'Stands in the graph file.' },
      requires: [...new Set(requires)].sort(),
      parameters: {},
      limit: null,
      limits: typeof group === 'string' && caps.has(group) ? [`group:${group}`] : [],
      expectedMs: typeof dur === 'number' ? dur * 1000 : 0,
      retries: { count: 0, delayMs: 0, backoff: 1 },
      timeoutMs: Math.max(this.timeoutMs, typeof dur === 'number' ? dur * 2000 : 0),
      onFailure: 'fail',
      idempotent: false,
      outputs: null,
      files: [],
    };
  }

  #node(node: unknown, at: number): string {
    const id = isFields(node) ? node['id'] : null;
    if (typeof id === 'string' && id !== '' && id !== 'sync') return id;
    this.#wrong(`nodes.${at}.id`, 'a name is expected, and not `sync`');
    return `?${at}`;
  }

  #address(task: unknown, at: number, nodes: readonly string[]): string {
    const { name, node } = isFields(task) ? task : {};
    if (typeof name !== 'string' || name === '') this.#wrong(`tasks.${at}.name`, 'a name is expected');
    const place = node === -1 ? 'sync' : typeof node === 'number' ? nodes[node] : undefined;
    if (place === undefined)
      this.#wrong(
        `tasks.${at}.node`,
        `an index into \`nodes\` is expected (0 to ${nodes.length - 1}), or -1 for the sync point`,
      );
    return taskAddress(typeof name === 'string' ? name : `?${at}`, place ?? `?${at}`);
  }

  #caps(caps: unknown): Map<string, number> {
    if (caps !== undefined && caps !== null && !isFields(caps))
      this.#wrong('caps', 'a mapping of groups to numbers is expected');
    const entries = isFields(caps) ? Object.entries(caps).filter(([, cap]) => cap !== null) : [];
    return new Map(entries.map(([group, cap]) => [group, this.#whole(cap, `caps.${group}`, 1)]));
  }

  #tolerances(written: unknown, nodes: ReadonlySet<string>): FaultToleranceGroup[] {
    return this.#list(written ?? [], 'faultTolerance').map((each, at) => {
      const path = `faultTolerance.${at}`;
      const { name, nodes: members, tolerated } = isFields(each) ? each : {};
      if (typeof name !== 'string') this.#wrong(`${path}.name`, 'a name is expected');
      const known = this.#list(members, `${path}.nodes`).filter((node) => {
        const isKnown = typeof node === 'string' && nodes.has(node);
        if (!isKnown) this.#wrong(`${path}.nodes`, `${JSON.stringify(node)} is no node`);
        return isKnown;
      });
      return {
        name: String(name),
        nodes: known as string[],
        tolerated: this.#whole(tolerated, `${path}.tolerated`, 0),
      };
    });
  }

  #refuseCycle(tasks: readonly GraphTask[]): void {
    const indexOf = new Map(tasks.map(({ task }, at) => [task, at]));
    const graph = digraph(
      tasks.map(({ task }) => task),
      tasks.map(({ requires }) => requires.map((name) => indexOf.get(name)).filter((at) => at !== undefined)),
    );
    const path = (shortestCycle(graph, () => false) ?? []).map((at) => tasks[at]?.task ?? '');
    if (path[0] === undefined) return;
    this.problems.push(
      problem('PLAN_CYCLE', {
        subject: `task ${path[0]}`,
        summary: `comes before itself: ${[...path, path[0]].slice(0, 40).join(' -> ')}`,
        place: { file: this.file },
      }),
    );
  }

  #list(value: unknown, path: string): readonly unknown[] {
    if (Array.isArray(value)) return value as readonly unknown[];
    this.#wrong(path, 'a list is expected');
    return [];
  }

  #whole(value: unknown, path: string, least: number): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
    this.#wrong(path, `a whole number of at least ${least} is expected`);
    return least;
  }

  #unique(names: readonly string[], path: string, what: string): void {
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name)) this.#wrong(path, `two have the same ${what}: ${name.slice(0, 80)}`);
      seen.add(name);
    }
  }

  #wrong(path: string, summary: string): void {
    this.problems.push(
      problem('LOCAL_FILE', {
        subject: 'graph file',
        summary: `${path === '' ? '' : `\`${path.slice(0, 120)}\`: `}${summary}`,
        remedy: 'Correct the graph file.',
        place: { file: this.file, path },
      }),
    );
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
