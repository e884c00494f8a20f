import { type AttemptResult, CONTROL_VERBS, DEPLOYMENT_STATES, type DeploymentEvent } from '@muster/model';
import { z } from 'zod';
import { messageKind } from './envelope';
import { address, base64, id, json, name, sentence } from './fields';

const sizes = z.object({ stdout: z.number().min(0), stderr: z.number().min(0) });

/** Longest name of an event that tasks wait for. */
export const EVENT_NAME_CHARS_MAX = 200;

const attemptResult: z.ZodType<AttemptResult> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('exited'),
    code: z.int(),
    sizes,
    outputs: z.record(z.string(), json).optional(),
    fault: sentence.optional(),
    summary: sentence.optional(),
    hostKey: z.string().max(100).optional(),
  }),
  z.object({ kind: z.literal('signalled'), signal: z.string().max(32), sizes }),
  z.object({ kind: z.literal('timed-out'), confirmed: z.boolean() }),
  z.object({ kind: z.literal('cancelled'), confirmed: z.boolean() }),
  z.object({ kind: z.literal('unreachable'), detail: sentence }),
  z.object({ kind: z.literal('refused'), code: z.string().max(128), detail: sentence }),
  z.object({ kind: z.literal('lost'), detail: sentence }),
]);

const stored = { seq: z.int().min(1), at: z.number().min(0) };
const task = { task: address };
const tried = { ...task, attempt: z.int().min(1) };

const taskEnd = z.enum(['succeeded', 'failed', 'skipped', 'blocked', 'cancelled', 'not-run']);
const endCause = z.object({
  code: z.enum([
    'condition',
    'selection',
    'anchor',
    'operator',
    'onFailure',
    'attempt',
    'dependency',
    'node-failed',
    'stopped',
    'drained',
    'cancelled',
  ]),
  culprit: address.optional(),
  text: sentence.optional(),
});

/** One stored event of a deployment; the same shape in the log and on the way. */
export const deploymentEvent: z.ZodType<DeploymentEvent> = z.discriminatedUnion('type', [
  z.object({ ...stored, type: z.literal('accepted') }),
  z.object({
    ...stored,
    type: z.literal('carried-over'),
    tasks: z.array(
      z.object({
        ...task,
        attempts: z.int().min(0),
        end: taskEnd.optional(),
        cause: endCause.optional(),
        endedAt: z.number().min(0).optional(),
        outputs: z.record(z.string(), json).optional(),
      }),
    ),
    sections: z.array(z.string().max(300)).optional(),
  }),
  z.object({ ...stored, type: z.literal('owner-changed'), executor: z.string().max(200), epoch: z.int().min(1) }),
  z.object({
    ...stored,
    type: z.literal('node-ready'),
    node: z.string().max(200),
    bootId: z.string().max(200),
    stateFolder: z.string().max(200),
    busyWith: sentence.optional(),
    silent: sentence.optional(),
  }),
  z.object({ ...stored, ...tried, type: z.literal('attempt-started') }),
  z.object({ ...stored, ...tried, type: z.literal('attempt-cancelling'), cause: z.enum(['timeout', 'cancel']) }),
  z.object({ ...stored, ...tried, type: z.literal('attempt-ended'), result: attemptResult }),
  z.object({ ...stored, ...task, type: z.literal('retry-set'), notBefore: z.number() }),
  z.object({ ...stored, ...task, type: z.literal('retry-due') }),
  z.object({ ...stored, ...task, type: z.literal('task-held'), cause: z.enum(['onFailure', 'lost']) }),
  z.object({
    ...stored,
    type: z.literal('tasks-ended'),
    tasks: z.array(address),
    state: taskEnd,
    cause: endCause.optional(),
  }),
  z.object({ ...stored, type: z.literal('tasks-reopened'), tasks: z.array(address) }),
  z.object({ ...stored, type: z.literal('pool-leased'), pool: name, slots: z.int().min(1) }),
  z.object({ ...stored, type: z.literal('pool-returned'), pool: name, slots: z.int().min(1) }),
  z.object({
    ...stored,
    type: z.literal('control'),
    command: id,
    verb: z.enum(CONTROL_VERBS),
    who: sentence,
    why: sentence.nullable(),
    tasks: z.array(address).optional(),
    limit: z.object({ key: z.string().max(300), amount: z.int() }).optional(),
    event: z.string().max(EVENT_NAME_CHARS_MAX).optional(),
    tooLate: z.literal(true).optional(),
    judged: z.literal(true).optional(),
  }),
  z.object({
    ...stored,
    type: z.literal('state-changed'),
    state: z.enum(DEPLOYMENT_STATES),
    text: sentence.nullable(),
  }),
]);

/** States: a run of stored events without a gap, in order. A planner applies exactly the number after its last. */
export const deploymentEvents = messageKind(
  'planner.deployment.events',
  1,
  z.object({ deployment: id, executor: z.string().max(200), events: z.array(deploymentEvent).min(1).max(500) }),
);
export type DeploymentEventsMessage = z.infer<typeof deploymentEvents.body>;

/** Largest chunk of output in one message. */
export const OUTPUT_CHUNK_BYTES_MAX = 65_536;

/** Output: bytes of one stream of one attempt from `offset` on; secrets already masked, length kept. */
export const taskOutput = messageKind(
  'planner.deployment.output',
  1,
  z.object({
    deployment: id,
    ...tried,
    stream: z.enum(['stdout', 'stderr']),
    offset: z.int().min(0),
    data: base64(OUTPUT_CHUNK_BYTES_MAX),
  }),
);
export type TaskOutputMessage = z.infer<typeof taskOutput.body>;

/** Chunks in one message. */
export const OUTPUT_CHUNKS_MAX = 200;

/** Output of many attempts, as above: what an executor gathers. The kind above is what executors sent before, and is still read. */
export const gatheredOutput = messageKind(
  'planner.deployment.gathered-output',
  1,
  z.object({ chunks: z.array(taskOutput.body).min(1).max(OUTPUT_CHUNKS_MAX) }),
);
export type GatheredOutputMessage = z.infer<typeof gatheredOutput.body>;
