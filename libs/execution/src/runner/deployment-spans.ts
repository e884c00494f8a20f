import {
  type AttemptResult,
  type DeploymentEvent,
  type GraphTask,
  isDeploymentEnd,
  isSuccess,
  mayGoOn,
} from '@muster/model';
import type { StartDeployment } from '@muster/protocol';
import type { ExecutionTracing } from '../ports/tracing';

interface OpenAttempt {
  readonly attempt: number;
  readonly at: number;
}

/**
 * Makes spans of stored events: of an attempt when its end is stored, of the deployment at its end. What another owner has
 * begun is in the log, so that a takeover neither loses a span nor tells one twice.
 */
export class DeploymentSpans {
  readonly #open = new Map<string, OpenAttempt>();
  readonly #owners: {
    readonly name: string;
    readonly at: number;
    readonly attributes: Record<string, string | number>;
  }[] = [];
  readonly #parent: string | null;
  #startedAt: number | null = null;
  #attempts = 0;

  constructor(
    private readonly tracing: ExecutionTracing | null,
    private readonly start: StartDeployment,
    private readonly taskOf: (address: string) => GraphTask | null,
    private readonly executor: string,
  ) {
    this.#parent = tracing === null ? null : (start.origin?.traceparent ?? null);
  }

  /** To be told of what owners before have stored: of that nothing is told again. */
  storedBefore(events: readonly DeploymentEvent[]): void {
    if (this.#parent !== null) for (const event of events) this.#fold(event);
  }

  /** `traceparent` for the command of an attempt; null: nobody traces it. */
  withinAttempt(task: string, attempt: number): string | null {
    const { tracing, start } = this;
    const outside = start.origin?.traceparent ?? null;
    if (tracing === null || outside === null) return outside;
    return tracing.within(this.#within(tracing, outside), this.#attemptKey(task, attempt));
  }

  /** To be told of every batch once it is stored. */
  stored(events: readonly DeploymentEvent[]): void {
    const { tracing } = this;
    const outside = this.#parent;
    if (tracing === null || outside === null) return;
    for (const event of events) {
      if (event.type === 'attempt-ended') this.#tellAttempt(tracing, outside, event);
      this.#fold(event);
      if (event.type === 'state-changed' && isDeploymentEnd(event.state)) this.#tellDeployment(tracing, outside, event);
    }
  }

  #within(tracing: ExecutionTracing, outside: string): string {
    return tracing.within(outside, deploymentKey(this.start.deployment));
  }

  #fold(event: DeploymentEvent): void {
    this.#startedAt ??= event.at;
    switch (event.type) {
      case 'owner-changed': {
        const { at, executor, epoch } = event;
        this.#owners.push({
          name: 'owner-changed',
          at,
          attributes: { 'muster.executor': executor, 'muster.epoch': epoch },
        });
        return;
      }
      case 'attempt-started':
        this.#attempts += 1;
        this.#open.set(event.task, { attempt: event.attempt, at: event.at });
        return;
      case 'attempt-ended':
        this.#open.delete(event.task);
        return;
      default:
    }
  }

  #tellAttempt(
    tracing: ExecutionTracing,
    outside: string,
    { task: address, attempt, at, result }: DeploymentEvent & { readonly type: 'attempt-ended' },
  ): void {
    const open = this.#open.get(address);
    const task = this.taskOf(address);
    if (open?.attempt !== attempt || task === null) return;
    tracing.record({
      key: this.#attemptKey(address, attempt),
      parent: this.#within(tracing, outside),
      name: `attempt ${task.definition}`,
      attributes: {
        ...this.#ids(),
        'muster.task': address,
        'muster.definition': task.definition,
        'muster.task.type': task.type,
        'muster.node': task.node,
        'muster.attempt': attempt,
        'muster.result': result.kind,
        ...exitCodeOf(result),
      },
      startedAt: open.at,
      endedAt: at,
      ...(isSuccess(result) ? {} : { failure: failureOf(result) }),
    });
  }

  #tellDeployment(
    tracing: ExecutionTracing,
    outside: string,
    { at, state }: DeploymentEvent & { readonly type: 'state-changed' },
  ): void {
    tracing.record({
      key: deploymentKey(this.start.deployment),
      parent: outside,
      name: 'deployment',
      attributes: { ...this.#ids(), 'muster.state': state, 'muster.attempts': this.#attempts },
      startedAt: this.#startedAt ?? at,
      endedAt: at,
      moments: this.#owners,
      ...(mayGoOn(state) ? {} : { failure: state }),
    });
  }

  #attemptKey(task: string, attempt: number): string {
    return `attempt ${this.start.deployment} ${task} ${attempt}`;
  }

  #ids(): Record<string, string | number> {
    const { transaction, run, deployment, project, cluster } = this.start;
    return {
      'muster.transaction': transaction,
      'muster.run': run,
      'muster.deployment': deployment,
      'muster.project': project,
      'muster.cluster': cluster,
      'muster.executor': this.executor,
    };
  }
}

const deploymentKey = (deployment: string): string => `deployment ${deployment}`;

function exitCodeOf(result: AttemptResult): { readonly 'muster.exit_code'?: number } {
  return result.kind === 'exited' ? { 'muster.exit_code': result.code } : {};
}

/** Without what a program or a node has said: that is for who may read its output. */
function failureOf(result: AttemptResult): string {
  switch (result.kind) {
    case 'exited':
      return result.code === 0 ? 'its outputs are not what is declared' : `exit code ${result.code}`;
    case 'signalled':
      return `signal ${result.signal}`;
    case 'refused':
      return result.code;
    case 'timed-out':
    case 'cancelled':
    case 'unreachable':
    case 'lost':
      return result.kind;
  }
}
