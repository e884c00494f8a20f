import type { TaskGraph } from '@muster/model';
import type { StartDeployment } from '@muster/protocol';
import { compileGraph, findSectionDeadlock } from '@muster/scheduling';
import fc from 'fast-check';
import { type GeneratedCase, generatedCase } from '../../libs/simulation/src/generated-graphs.testing';
import type { CommandPlan } from './machine-model';
import type { Weather } from './network';
import type { World } from './world';

/** A deployment as it is asked for, and what its commands will do. */
export interface PlannedDeployment {
  readonly id: string;
  readonly graph: TaskGraph;
  readonly start: StartDeployment;
  readonly plan: (task: string, attempt: number) => CommandPlan;
}

export interface Scenario {
  readonly machines: readonly string[];
  readonly deployments: readonly PlannedDeployment[];
  readonly weather: Weather;
  /** Faults of all kinds are dealt out until then; milliseconds from the start. */
  readonly stormMs: number;
  /** Mean pause between two faults. */
  readonly faultEveryMs: number;
  readonly controls: number;
  readonly executors: number;
}

const MACHINES_MAX = 5;
/** Of executors. */
export const LEASE_MS = 10_000;

/** What happens under a seed: graphs, machines, faults. `isCalm` leaves the faults out. */
export function scenarioOf(world: World, isCalm: boolean): Scenario {
  const machines = Array.from({ length: MACHINES_MAX * 2 }, (_, index) => `m${index}`);
  const count = world.between(1, 3);
  const deployments = Array.from({ length: count }, (_, index) => plannedDeployment(world, index, isCalm));
  const weather = {
    loss: world.pick([0, 0.01, 0.05]),
    repeat: world.pick([0, 0.05, 0.2]),
    slow: world.pick([0, 0.05, 0.2]),
    slowMs: world.pick([200, 3000, 15_000]),
  };
  const executors = world.between(1, 3);
  const stormMs = world.between(20_000, 90_000);
  const faultEveryMs = world.pick([500, 2000, 6000]);
  return {
    machines,
    deployments,
    weather,
    stormMs,
    faultEveryMs,
    executors,
    controls: isCalm ? 0 : world.between(0, 3),
  };
}

function plannedDeployment(world: World, index: number, isCalm: boolean): PlannedDeployment {
  const generated = sample(world, isCalm);
  const { script } = generated;
  const hasPersonsToAsk = !isCalm && world.happens(0.3);
  const graph: TaskGraph = {
    ...generated.graph,
    tasks: generated.graph.tasks.map((task) => ({
      ...task,
      parameters: { cmd: 'true' },
      idempotent: !hasPersonsToAsk || world.happens(0.7),
    })),
  };
  // The second shares machines with the first in some seeds: it must be refused then, or wait its turn.
  const shift = index * MACHINES_MAX - (index === 1 && world.happens(0.3) ? 2 : 0);
  const id = `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
  const names = [...new Set(graph.tasks.map(({ node }) => node))].filter((node) => node !== 'sync').sort();
  const nodes = names.map((name) => {
    const machine = `m${(Number(name.slice(1)) + shift) % (MACHINES_MAX * 2)}`;
    return {
      name,
      machine,
      address: machine,
      port: 22,
      user: 'root',
      become: 'none',
      hostKey: '',
      identity: {},
      stateDir: '/s',
      jump: null,
    };
  });
  const about = { deployment: id, transaction: id, run: 1, project: 'p', cluster: `c${index}`, installation: 'i' };
  const rest = {
    graph: { kind: 'inline', gzip: id },
    nodes,
    artifacts: [],
    artifactToken: null,
    noop: false,
    final: true,
  };
  return {
    id,
    graph,
    start: { ...about, ...rest, who: 'w', why: null } as unknown as StartDeployment,
    plan: (task, attempt) => {
      const told = script.tasks?.[task];
      const ends = told?.attempts ?? ['succeeded'];
      const end = ends[Math.min(attempt, ends.length) - 1];
      const ms = (told?.duration ?? 1) * 1000;
      if (end === 'hang') return { ms, end };
      return { ms, end: end === 'lost' ? 'vanish' : end === 'failed' ? 1 : 0 };
    },
  };
}

/** A generated graph whose sections cannot come to wait for each other: planning refuses those that can. */
function sample(world: World, isCalm: boolean): GeneratedCase {
  for (;;) {
    const [generated] = fc.sample(generatedCase(!isCalm), { seed: world.between(1, 2 ** 31 - 1), numRuns: 1 });
    if (generated && findSectionDeadlock(compileGraph(generated.graph)) === null) return generated;
  }
}
