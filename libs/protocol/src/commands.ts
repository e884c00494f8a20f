import { CONTROL_VERBS, POWER_ACTIONS } from '@muster/model';
import { z } from 'zod';
import { messageKind } from './envelope';
import { EVENT_NAME_CHARS_MAX } from './events';
import { address, base64, digest, id, json, name, sealedSecret, sentence } from './fields';

/** How a node is reached, as the executor is told; keys stay sealed until they are used. */
export const nodeAccess = z.object({
  name,
  /** Claims are keyed by it: the same for every name of one machine. */
  machine: z.string().min(1).max(200),
  address: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535),
  user: z.string().min(1).max(64),
  become: z.enum(['none', 'sudo']),
  hostKey: z.string().max(100),
  identity: sealedSecret,
  stateDir: z.string().min(1).max(500),
  jump: name.nullable(),
  /** Nothing runs there, others are reached through it: so it is not claimed. Absent: it is, as with older versions. */
  isOnlyJump: z.literal(true).optional(),
});
export type NodeAccessMessage = z.infer<typeof nodeAccess>;

/** Largest graph that travels inside its command, compressed; a larger one goes as an artifact. */
export const INLINE_GRAPH_BYTES_MAX = 700_000;

const sentGraphs = [
  z.object({ kind: z.literal('inline'), gzip: base64(INLINE_GRAPH_BYTES_MAX) }),
  z.object({ kind: z.literal('artifact'), digest }),
  /** That of an earlier run, whose successes count; attempts are numbered on. */
  z.object({
    kind: z.literal('earlier'),
    deployment: id,
    /** Only these, and what they kept from running, are done again; null: all that did not succeed. */
    tasks: z.array(address).max(100_000).nullable(),
  }),
] as const;

/** Of a start whose command would be too large: kept as an artifact, whose JSON this is. */
export const besideStart = z.object({
  graph: z.discriminatedUnion('kind', sentGraphs),
  nodes: z.array(nodeAccess).max(5000),
  artifacts: z.array(z.object({ digest, size: z.int().min(0) })).max(10_000),
});
export type BesideStart = z.infer<typeof besideStart>;

/**
 * Where a start comes from. Travels as headers of the message; here the executor that takes it in keeps it, for whoever
 * owns the deployment later. Nothing is decided by it.
 */
const startOrigin = z.object({
  /** Id of the HTTP request. */
  requestId: z.string().max(256).optional(),
  /** W3C Trace Context. */
  traceparent: z.string().max(256).optional(),
});
export type StartOrigin = z.infer<typeof startOrigin>;

export const startDeployment = messageKind(
  'executor.deployment.start',
  1,
  z.object({
    deployment: id,
    transaction: id,
    /** Counts from 1 within the transaction. */
    run: z.int().min(1),
    project: name,
    cluster: name,
    /** Written to the nodes: who owns them. */
    installation: z.string().min(1).max(64),
    /** Gzipped JSON of a `PackedGraph`, or where it is. */
    graph: z.discriminatedUnion('kind', [
      ...sentGraphs,
      /** In an artifact, with nodes and artifacts: a `BesideStart`. An executor that does not know this kind refuses it. */
      z.object({ kind: z.literal('beside'), digest }),
    ]),
    nodes: z.array(nodeAccess).max(5000),
    /** Everything that tasks need, to be fetched before the graph is accepted. */
    artifacts: z.array(z.object({ digest, size: z.int().min(0) })).max(10_000),
    /** Opens only this deployment's artifacts. */
    artifactToken: sealedSecret.nullable(),
    noop: z.boolean(),
    /** No further deployment of the transaction follows: its claims end with this one, whatever the outcome. */
    final: z.boolean().default(true),
    /**
     * Milliseconds since the epoch: until then a fault that may pass is answered and not kept, and the command comes again;
     * after it such a fault refuses for good. Absent: refuses at once, as older versions do.
     */
    giveUpAt: z.int().min(0).optional(),
    who: sentence,
    why: sentence.nullable(),
    origin: startOrigin.optional(),
  }),
);
export type StartDeployment = z.infer<typeof startDeployment.body>;

export const controlDeployment = messageKind(
  'executor.deployment.control',
  1,
  z.object({
    deployment: id,
    verb: z.enum(CONTROL_VERBS),
    tasks: z.array(address).max(100_000).optional(),
    limit: z.object({ key: z.string().max(300), amount: z.int().min(1).max(1_000_000) }).optional(),
    event: z.string().min(1).max(EVENT_NAME_CHARS_MAX).optional(),
    who: sentence,
    why: sentence.nullable(),
  }),
);
export type ControlDeployment = z.infer<typeof controlDeployment.body>;

/**
 * Command: the transaction has ended; what it has claimed is free again. Sent where its last deployment was not `final`.
 * `last`: its newest deployment then; where a further run has begun since, nothing is freed. Absent from older planners.
 */
export const releaseTransaction = messageKind(
  'executor.transaction.release',
  1,
  z.object({ transaction: id, last: id.optional() }),
);
export type ReleaseTransaction = z.infer<typeof releaseTransaction.body>;

/** Command to the planner, from other programs: what `POST /transactions/{id}/controls` takes. The envelope's id makes it one. */
export const controlTransaction = messageKind(
  'planner.transaction.control',
  1,
  z.object({
    project: name.default('default'),
    transaction: id,
    verb: z.enum(CONTROL_VERBS),
    tasks: z.array(address).max(10_000).optional(),
    limit: z.object({ key: z.string().max(300), amount: z.int().min(1).max(1_000_000) }).optional(),
    event: z.string().min(1).max(EVENT_NAME_CHARS_MAX).optional(),
    /** For the record: the person or program behind it. */
    who: z.string().min(1).max(200),
    reason: z.string().max(2000).optional(),
  }),
);
export type ControlTransaction = z.infer<typeof controlTransaction.body>;

/**
 * Command: the transaction is ended by force, whatever its owner does. Its deployments end and get a newer epoch, so that
 * an owner who is late finds itself fenced; its claims are free; starts of it that come later are refused.
 */
export const closeTransaction = messageKind(
  'executor.transaction.close',
  1,
  z.object({
    transaction: id,
    /** Ids of the commands that started its deployments. */
    starts: z.array(id).max(10_000),
    /** Its deployments: a further run that was begun afterwards goes on. Absent, as older versions do: all that are open. */
    deployments: z.array(id).max(10_000).optional(),
    who: sentence,
    why: sentence.nullable(),
  }),
);
export type CloseTransaction = z.infer<typeof closeTransaction.body>;

/** Question: why does this task not run now? */
export const explainTask = messageKind('executor.deployment.why', 1, z.object({ deployment: id, task: address }));

/** Question: which limits has the deployment now, and who holds them? */
export const readLimits = messageKind('executor.deployment.limits', 1, z.object({ deployment: id }));

/** Question: the stored events `from` to `to` (both included), for a planner that misses some. */
export const readEvents = messageKind(
  'executor.deployment.events',
  1,
  z.object({ deployment: id, from: z.int().min(1), to: z.int().min(1) }),
);

/** Question: what host key does this machine show? */
export const scanHostKey = messageKind(
  'executor.node.scan',
  1,
  z.object({ address: z.string().min(1).max(255), port: z.int().min(1).max(65_535) }),
);

/** Question, on the queue of inspections: what does the machine say of itself? */
export const inspectNode = messageKind(
  'executor.node.inspect',
  1,
  /** `jumps`: what it is reached through, outermost first. */
  z.object({ node: nodeAccess, jumps: z.array(nodeAccess).max(8) }),
);

/** Addresses that are looked at in one question. */
export const GREETED_MAX = 64;

const machinesToGreet = z.object({
  machines: z
    .array(z.object({ address: z.string().min(1).max(255), port: z.int().min(1).max(65_535) }))
    .min(1)
    .max(GREETED_MAX),
  /** How long each may take. */
  timeoutMs: z.int().min(100).max(30_000),
});

/** Question, on the queue of inspections: who answers at these addresses? No login is tried. */
export const greetMachines = messageKind('executor.machines.greet', 1, machinesToGreet);

/**
 * Question, on the queue of inspections: as `greetMachines`, of machines that are reached through others. A kind of its own:
 * executors that do not know it must not look for them in their own network.
 */
export const greetBehind = messageKind(
  'executor.machines.greet-behind',
  1,
  machinesToGreet.extend({ jumps: z.array(nodeAccess).min(1).max(8) }),
);

/** Question, on the queue of inspections: have the node's driver switch it, or say whether it is on. Never sent twice. */
export const powerNode = messageKind(
  'executor.node.power',
  1,
  z.object({
    node: z.object({
      name,
      address: z.string().max(255),
      port: z.int().min(1).max(65_535),
      user: z.string().max(64),
      hostKey: z.string().max(100),
    }),
    /** What the driver's commands run on, and what that is reached through, outermost first. */
    carrier: nodeAccess,
    jumps: z.array(nodeAccess).max(8),
    /** As in a task's parameters: secrets sealed. */
    driver: z.record(z.string().max(64), json),
    action: z.enum(POWER_ACTIONS),
  }),
);

/** Command: so many slots has a pool that deployments share; 0 removes it. Of two commands the one with the larger version holds. */
export const setPool = messageKind(
  'executor.pool.set',
  1,
  z.object({ project: name, pool: name, slots: z.int().min(0).max(1_000_000), version: z.int().min(1) }),
);

/** Question: the pools of a project, who holds their slots and who waits. */
export const describePools = messageKind('executor.pools', 1, z.object({ project: name }));

/** Question: who executes, and what do the executors own? For health and `status`. */
export const describeExecutors = messageKind('executor.describe', 1, z.object({}));

/** Command: take a node over from another installation, at an operator's word. */
export const adoptNode = messageKind(
  'executor.node.adopt',
  1,
  z.object({
    node: nodeAccess,
    /** What it is reached through, outermost first; absent, as from older versions: nothing. */
    jumps: z.array(nodeAccess).max(8).optional(),
    installation: z.string().min(1).max(64),
  }),
);

/** Nudge, on the fanout exchange: look into the inbox now. */
export const nudge = messageKind('executor.nudge', 1, z.object({}));

/** True of a refusal that another try may turn into an acceptance: it was not kept, and the command is to be sent again. */
export function isPassingRefusal(problems: readonly { readonly code: string }[]): boolean {
  return problems.length > 0 && problems.every(({ code }) => code === 'DEPLOY_ARTIFACT_UNREACHABLE');
}
