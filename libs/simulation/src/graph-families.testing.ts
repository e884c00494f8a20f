import { seededNumbers } from './seeded-numbers';

/** A task of a graph file. */
export interface FileTask {
  readonly i: number;
  readonly name: string;
  /** Index into `nodes`; -1: the sync point. */
  readonly node: number;
  /** Seconds. */
  readonly dur: number;
  readonly deps: readonly number[];
  readonly group?: string;
}

/** A graph file, as `muster simulate --graph-file` reads it. */
export interface FamilyGraph {
  readonly nodes: readonly { readonly id: string; readonly role: string }[];
  readonly caps: Readonly<Record<string, number>>;
  readonly tasks: readonly FileTask[];
}

/**
 * Seeded graphs to compare orders of choice by. `fuel-*`: roles of an OpenStack in phases (`loose`: nodes wait for what they
 * need only; `capped`: barriers between phases, and a fifth of the definitions runs on at most five nodes at once, or one).
 * `layered-*`: tasks that need a few of the layer before.
 */
export const GRAPH_FAMILIES: Readonly<Record<string, (seed: number) => FamilyGraph>> = {
  'fuel-50-loose': (seed) => fuelLike(seed, 50, true),
  'fuel-200-loose': (seed) => fuelLike(seed, 200, true),
  'fuel-50-capped': (seed) => fuelLike(seed, 50, false),
  'layered-narrow': (seed) => layered(seed, { nodes: 50, perNode: 20, layers: 20, cross: 0.8 }),
  'layered-100x50-cross': (seed) => layered(seed, { nodes: 100, perNode: 50, layers: 20, cross: 0.7 }),
};

type Random = () => number;

/** Definitions of each role by phase; a role absent from a phase goes on with the next. */
const PHASES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pre: { 'primary-controller': 8, controller: 8, 'ceph-osd': 8, compute: 8 },
  base: { controller: 12, 'ceph-osd': 12, compute: 12 },
  deploy: { 'primary-controller': 25, controller: 25, 'ceph-osd': 10, compute: 15 },
  post: { 'primary-controller': 6, controller: 6, 'ceph-osd': 6, compute: 6 },
};
/** Deployed one role after the other: the next waits for the anchor where phases have barriers. */
const ANCHOR_AFTER: Readonly<Record<string, string>> = {
  'primary-controller': 'primary_end',
  controller: 'controllers_end',
};

function fuelLike(seed: number, count: number, loose: boolean): FamilyGraph {
  const random = seededNumbers(seed);
  const nodes = rolesOf(count).map((role, index) => ({ id: `n${index}`, role }));
  const tasks: FileTask[] = [];
  const caps: Record<string, number> = {};
  /** What is last of each node so far. */
  const last: (readonly number[])[] = nodes.map(() => []);
  /** What others may need of the controllers. */
  const services: number[] = [];
  let gate = [add(tasks, 'pre_start', -1, 0, [])];
  for (const [phase, roles] of Object.entries(PHASES)) {
    for (const [role, definitions] of Object.entries(roles)) {
      const members = nodes.flatMap((node, index) => (node.role === role ? [index] : []));
      const shapes = Array.from({ length: definitions }, (_, index) => shapeOf(index, random));
      const names = shapes.map((_, index) => `${phase}-${role}-${index}`);
      if (!loose) for (const name of names) if (random() < 0.2) caps[name] = random() < 0.3 ? 1 : 5;
      const atBarrier = [...gate, ...(phase === 'deploy' ? members.flatMap((node) => last[node] ?? []) : [])];
      for (const node of members) {
        const first = loose ? (last[node] ?? []) : atBarrier;
        const own: number[] = [];
        shapes.forEach(({ before, seconds, spread }, index) => {
          const needs = before.length === 0 ? [...first] : before.map((each) => own[each] as number);
          const isAcross = loose && services.length > 0 && random() < 0.1;
          if (isAcross) needs.push(services[Math.floor(random() * services.length)] as number);
          const name = names[index] as string;
          const group = caps[name] === undefined ? {} : { group: name };
          own.push(add(tasks, name, node, seconds * (1 - spread / 2 + spread * random()), needs, group));
        });
        const needed = new Set(shapes.flatMap(({ before }) => before));
        last[node] = own.filter((_, index) => !needed.has(index));
        if (role.endsWith('controller') && phase === 'deploy') services.push(...own);
      }
      const anchor = phase === 'deploy' ? ANCHOR_AFTER[role] : undefined;
      if (anchor !== undefined)
        gate = [add(tasks, anchor, -1, 0, [...gate, ...members.flatMap((node) => last[node] ?? [])])];
    }
    if (phase === 'pre' || phase === 'deploy') gate = [add(tasks, `${phase}_end`, -1, 0, [...gate, ...last.flat()])];
  }
  return { nodes, caps, tasks };
}

/** One primary controller, a few more, a quarter for storage, the rest computes. */
function rolesOf(count: number): string[] {
  const controllers = Math.max(2, Math.round(count * 0.055));
  const storage = Math.round(count * 0.255);
  return Array.from({ length: count }, (_, index) => {
    if (index === 0) return 'primary-controller';
    if (index <= controllers) return 'controller';
    return index <= controllers + storage ? 'ceph-osd' : 'compute';
  });
}

interface Shape {
  readonly before: readonly number[];
  readonly seconds: number;
  readonly spread: number;
}

/** A definition needs one or two of the three before it in its phase; the first three are where a phase begins. */
function shapeOf(index: number, random: Random): Shape {
  const before = new Set<number>();
  if (index >= 3)
    for (let times = random() < 0.3 ? 1 : 2; times > 0; times--) before.add(index - 1 - Math.floor(random() * 3));
  const seconds = logNormal(random, 2.05, 0.9);
  return { before: [...before].sort((a, b) => a - b), seconds, spread: 0.2 + random() };
}

interface Layers {
  readonly nodes: number;
  readonly perNode: number;
  readonly layers: number;
  /** Share of relations that may lead to any node. */
  readonly cross: number;
}

function layered(seed: number, { nodes: count, perNode, layers, cross }: Layers): FamilyGraph {
  const random = seededNumbers(seed);
  const total = count * perNode;
  const width = total / layers;
  const places = shuffled(
    Array.from({ length: total }, (_, index) => index % count),
    random,
  );
  const tasks: FileTask[] = [];
  for (let index = 0; index < total; index++) {
    const from = (Math.floor(index / width) - 1) * width;
    const candidates = from < 0 ? [] : Array.from({ length: width }, (_, offset) => from + offset);
    const same = candidates.filter((each) => places[each] === places[index]);
    const needs = new Set<number>();
    for (let times = from < 0 ? 0 : 1 + Math.floor(random() * 3); times > 0; times--) {
      const among = random() < cross || same.length === 0 ? candidates : same;
      needs.add(among[Math.floor(random() * among.length)] as number);
    }
    add(tasks, `t${index}`, places[index] as number, logNormal(random, 1.6, 1), [...needs]);
  }
  return { nodes: Array.from({ length: count }, (_, index) => ({ id: `n${index}`, role: 'node' })), caps: {}, tasks };
}

/** The number of the new task. */
function add(
  tasks: FileTask[],
  name: string,
  node: number,
  seconds: number,
  needs: readonly number[],
  group: { readonly group?: string } = {},
): number {
  const deps = [...new Set(needs)].sort((a, b) => a - b);
  return tasks.push({ i: tasks.length, name, node, dur: Math.round(seconds * 100) / 100, deps, ...group }) - 1;
}

function logNormal(random: Random, mean: number, deviation: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(mean + deviation * normal);
}

function shuffled(list: number[], random: Random): number[] {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other] as number, list[at] as number];
  }
  return list;
}
