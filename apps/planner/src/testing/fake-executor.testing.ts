import { type Bus, DONE, type Handled, makeEnvelope, type Subscription } from '@muster/messaging';
import type { DeploymentEvent, DeploymentEventBody, NodeFacts } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import {
  COMMANDS_QUEUE,
  type ControlDeployment,
  deploymentEvents,
  gatheredOutput,
  type Envelope,
  EVENTS_QUEUE,
  OUTPUT_QUEUE,
  INSPECTIONS_QUEUE,
  QUESTIONS_QUEUE,
  type Reply,
  type StartDeployment,
} from '@muster/protocol';

/** A question on the queue of inspections. */
export interface Inspection {
  readonly node?: { readonly name: string; readonly address: string };
  readonly machines?: readonly { readonly address: string; readonly port: number }[];
}

export const FACTS: NodeFacts = {
  hostname: 'machine',
  os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  kernel: '6.1.0',
  arch: 'x86_64',
  cpus: 4,
  cpuModel: null,
  memoryMiB: 8000,
  disks: [{ name: 'sda', sizeMiB: 100_000, rotational: false, model: null }],
  interfaces: [{ name: 'eth0', mac: '52:54:00:12:34:56', up: true, mtu: 1500, addresses: ['192.0.2.1/24'] }],
  bootId: null,
  machineId: null,
  virtualization: 'kvm',
  programs: { python3: '3.11.2', puppet: null },
};

interface Command {
  readonly id: string;
  readonly schema: string;
  readonly body: unknown;
}

/** An executor that does nothing by itself: it notes commands, answers as told, and says the events it is told to say. */
export class FakeExecutor {
  readonly commands: Command[] = [];
  /** Schemas of the questions asked so far. */
  readonly asked: string[] = [];
  /** Their bodies, in the same order. */
  readonly questions: unknown[] = [];
  /** Fingerprint that machines show, by address. */
  readonly hostKeys = new Map<string, string>();
  /** What commands are refused with, by schema. */
  readonly refusals = new Map<string, readonly Problem[]>();
  /** Stored events by deployment: what it tells, and what it can be asked for. */
  readonly log = new Map<string, DeploymentEvent[]>();
  /** Pools as they were set, and who is said to use them. */
  readonly pools = new Map<string, { readonly slots: number; readonly version: number }>();
  readonly shares = new Map<string, { readonly holders: readonly object[]; readonly waiting: readonly object[] }>();
  /** False: commands and questions are left unanswered. */
  answers = true;
  /** What the machines say when they are asked for facts or greeted. */
  inspect: (question: Inspection) => Promise<Reply<unknown>> = async () => ({ ok: true, body: { facts: FACTS } });
  #subscriptions: Subscription[] = [];

  constructor(readonly bus: Bus) {}

  async start(): Promise<this> {
    this.#subscriptions = [
      await this.bus.consume(COMMANDS_QUEUE, async (delivery) => this.#command(delivery.content as Envelope), {
        prefetch: 10,
      }),
      await this.bus.consume(
        INSPECTIONS_QUEUE,
        async ({ content }) => {
          const { body } = content as Envelope;
          return { verdict: DONE, reply: await this.inspect(body as Inspection) };
        },
        { prefetch: 100 },
      ),
      await this.bus.consume(QUESTIONS_QUEUE, async (delivery) => this.#question(delivery.content as Envelope), {
        prefetch: 10,
      }),
    ];
    return this;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscriptions.map((each) => each.close()));
    this.#subscriptions = [];
  }

  get starts(): StartDeployment[] {
    return this.commands
      .filter((each) => each.schema === 'executor.deployment.start')
      .map((each) => each.body as StartDeployment);
  }

  get controls(): ControlDeployment[] {
    return this.commands
      .filter((each) => each.schema === 'executor.deployment.control')
      .map((each) => each.body as ControlDeployment);
  }

  /** Adds events to a deployment's log and tells them, unless `silently`. */
  async tell(deployment: string, bodies: readonly DeploymentEventBody[], silently = false): Promise<DeploymentEvent[]> {
    const log = this.log.get(deployment) ?? [];
    this.log.set(deployment, log);
    const events = bodies.map((body, index): DeploymentEvent => ({
      ...body,
      seq: log.length + index + 1,
      at: Date.now(),
    }));
    log.push(...events);
    if (!silently) await this.send(deployment, events);
    return events;
  }

  /** Sends events as they are, whatever the log says. */
  async send(deployment: string, events: readonly DeploymentEvent[]): Promise<void> {
    await this.bus.send(
      EVENTS_QUEUE,
      makeEnvelope(deploymentEvents, { deployment, executor: 'fake', events: [...events] }),
    );
  }

  async output(
    deployment: string,
    task: string,
    attempt: number,
    offset: number,
    text: string | Buffer,
    stream: 'stdout' | 'stderr' = 'stdout',
  ): Promise<void> {
    const data = Buffer.from(text).toString('base64');
    await this.bus.send(OUTPUT_QUEUE, makeEnvelope(gatheredOutput, { chunks: [{ deployment, task, attempt, stream, offset, data }] }));
  }

  /** Tells everything of a deployment whose tasks all succeed. */
  async succeed(deployment: string, tasks: readonly string[]): Promise<void> {
    await this.tell(deployment, [
      { type: 'accepted' },
      { type: 'owner-changed', executor: 'fake', epoch: 1 },
      { type: 'state-changed', state: 'running', text: null },
    ]);
    for (const task of tasks) {
      await this.tell(deployment, [
        { type: 'attempt-started', task, attempt: 1 },
        {
          type: 'attempt-ended',
          task,
          attempt: 1,
          result: { kind: 'exited', code: 0, sizes: { stdout: 0, stderr: 0 } },
        },
        { type: 'tasks-ended', tasks: [task], state: 'succeeded' },
      ]);
    }
    await this.tell(deployment, [{ type: 'state-changed', state: 'succeeded', text: null }]);
  }

  async #command({ id, schema, body }: Envelope): Promise<Handled> {
    this.commands.push({ id, schema, body });
    if (!this.answers) return { verdict: DONE };
    const refused = this.refusals.get(schema);
    return {
      verdict: DONE,
      reply: refused === undefined ? { ok: true, body: { accepted: true } } : { ok: false, problems: refused },
    };
  }

  async #question({ schema, body }: Envelope): Promise<Handled> {
    this.asked.push(schema);
    this.questions.push(body);
    return this.answers
      ? { verdict: DONE, reply: this.#answer(schema, body as Record<string, unknown>) }
      : { verdict: DONE };
  }

  #answer(schema: string, body: Record<string, unknown>): Reply<unknown> {
    const refused = this.refusals.get(schema);
    if (refused) return { ok: false, problems: refused };
    switch (schema) {
      case 'executor.node.scan': {
        const hostKey = this.hostKeys.get(String(body['address']));
        if (hostKey !== undefined) return { ok: true, body: { hostKey } };
        return {
          ok: false,
          problems: [problem('NODE_UNREACHABLE', { subject: String(body['address']), summary: 'Nobody answers.' })],
        };
      }
      case 'executor.pool.set':
        this.pools.set(String(body['pool']), { slots: Number(body['slots']), version: Number(body['version']) });
        return { ok: true, body: { accepted: true } };
      case 'executor.pools':
        return {
          ok: true,
          body: {
            pools: [...this.pools].map(([pool, { slots }]) => ({
              ...{ pool, slots, holders: [], waiting: [] },
              ...this.shares.get(pool),
            })),
          },
        };
      case 'executor.describe':
        return { ok: true, body: { executors: [{ id: 'fake', seenAt: new Date().toISOString(), deployments: 0 }] } };
      case 'executor.deployment.events': {
        const log = this.log.get(String(body['deployment'])) ?? [];
        return {
          ok: true,
          body: {
            events: log
              .filter((event) => event.seq >= Number(body['from']) && event.seq <= Number(body['to']))
              .slice(0, 500),
          },
        };
      }
      case 'executor.deployment.limits':
        return {
          ok: true,
          body: { limits: [{ key: 'nodes', amount: 2, used: 1, planned: null, holders: ['a@n2'] }] },
        };
      case 'executor.deployment.why':
        return {
          ok: true,
          body: {
            task: body['task'],
            state: 'waiting',
            deploymentState: 'running',
            owner: 'fake',
            reasons: [{ code: 'requires', text: 'waits for a@1', since: null, holders: ['a@1'] }],
          },
        };
      default:
        return { ok: true, body: { accepted: true } };
    }
  }
}
