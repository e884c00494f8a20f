import type { SecretBox } from '@muster/model';
import type { Clock } from '../ports/clock';
import type { DeploymentStore } from '../ports/deployment-store';
import type { NodePort } from '../ports/node-port';
import type { ExecutionLog } from '../ports/publishing';
import type { ExecutionTracing } from '../ports/tracing';
import type { EventRelay } from './event-relay';
import type { OutputForwarder } from './output-forwarder';

/** What a runner works with; shared by all runners of an executor. */
export interface RunnerContext {
  readonly executor: string;
  readonly clock: Clock;
  readonly store: DeploymentStore;
  readonly nodes: NodePort;
  readonly box: SecretBox;
  readonly relay: EventRelay;
  readonly output: OutputForwarder;
  /** Whose attempt that is, as a part of a sentence for people of that project. Never fails. */
  readonly describeAttempt: (id: string, project: string) => Promise<string>;
  /** Has every executor look at what its deployments wait for. */
  readonly nudge: () => void;
  readonly log: ExecutionLog;
  readonly tracing: ExecutionTracing | null;
}
