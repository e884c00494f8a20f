import { DEPLOYMENT_STATES, TASK_STATES } from '@muster/model';
import type { Problem } from '@muster/problems';
import { z } from 'zod';
import { deploymentEvent } from './events';
import { address, id, name, sentence } from './fields';

/** The answer to a command or question: its result, or the problems that stood in the way. */
export type Reply<Body> =
  { readonly ok: true; readonly body: Body } | { readonly ok: false; readonly problems: readonly Problem[] };

const refusal = z.looseObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,127}$/),
  severity: z.enum(['error', 'warning', 'info']),
  subject: z.string(),
  summary: z.string(),
  remedy: z.string(),
});
const reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), body: z.unknown() }),
  z.object({ ok: z.literal(false), problems: z.array(refusal).min(1) }),
]);

/** What came as a reply, if it is one; null otherwise. The body is still to be checked by whoever asked. */
export function readReply(value: unknown): Reply<unknown> | null {
  return reply.safeParse(value).success ? (value as Reply<unknown>) : null;
}

/** One reason why a task does not run now; the catalogue of codes is in `scheduling`. */
export const waitingReason = z.object({
  code: z.string().max(64),
  text: sentence,
  /** ISO 8601 UTC; null when it holds from the start. */
  since: z.string().max(40).nullable(),
  /** Who holds what is waited for: task addresses, transactions, people. */
  holders: z.array(z.string().max(400)),
  /** ISO 8601 UTC: when it passes by itself; absent where nobody can tell. */
  until: z.string().max(40).optional(),
  /** Place in the queue for what is taken; 1 is next. Absent while the task is in no queue. */
  place: z.int().min(1).optional(),
});
export type WaitingReasonMessage = z.infer<typeof waitingReason>;

export const acceptedReply = z.object({ accepted: z.literal(true) });
export const explainReply = z.object({
  task: address,
  state: z.enum(TASK_STATES),
  deploymentState: z.enum(DEPLOYMENT_STATES),
  owner: z.string().max(200).nullable(),
  reasons: z.array(waitingReason),
});
export type ExplainReply = z.infer<typeof explainReply>;
export const limitsReply = z.object({
  limits: z.array(
    z.object({
      key: z.string().max(300),
      amount: z.int().min(1),
      used: z.int().min(0),
      /** As the graph was planned; null: without it. */
      planned: z.int().min(1).nullable(),
      /** Tasks and sections (`section upgrade@n1`). */
      holders: z.array(z.string().max(400)),
    }),
  ),
});
export type LimitsReply = z.infer<typeof limitsReply>;
export const eventsReply = z.object({ events: z.array(deploymentEvent) });
export const hostKeyReply = z.object({ hostKey: z.string().max(100) });
const told = z.string().max(300).nullable();
const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** What a machine said of itself. Bounded here again: an executor only repeats it. */
export const factsReply = z.object({
  facts: z.object({
    hostname: told,
    os: z.object({ id: told, version: told, name: told }),
    kernel: told,
    arch: told,
    cpus: count.nullable(),
    cpuModel: told,
    memoryMiB: count.nullable(),
    disks: z
      .array(z.object({ name: z.string().max(100), sizeMiB: count, rotational: z.boolean().nullable(), model: told }))
      .max(100),
    interfaces: z
      .array(
        z.object({
          name: z.string().max(100),
          mac: told,
          up: z.boolean().nullable(),
          mtu: count.nullable(),
          addresses: z.array(z.string().max(100)).max(100),
        }),
      )
      .max(100),
    bootId: told,
    machineId: told,
    virtualization: told,
    programs: z.record(z.string().max(100), told),
  }),
});
/** In the order of the question. */
export const greetedReply = z.object({
  machines: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('ssh'), hostKey: z.string().max(100), greeting: told }),
        z.object({ kind: z.literal('silent'), detail: z.string().max(1000) }),
      ]),
    )
    .max(100),
});
export const powerReply = z.object({ power: z.enum(['on', 'off']).nullable(), output: z.string().max(4000) });
const poolShare = z.object({
  deployment: id,
  transaction: id,
  cluster: name,
  slots: z.int().min(1),
  since: z.string().max(40),
});
export const poolsReply = z.object({
  pools: z.array(
    z.object({ pool: name, slots: z.int().min(0), holders: z.array(poolShare), waiting: z.array(poolShare) }),
  ),
});
export type PoolsReply = z.infer<typeof poolsReply>;
export const executorsReply = z.object({
  executors: z.array(z.object({ id: z.string().max(200), seenAt: z.string().max(40), deployments: z.int().min(0) })),
});
