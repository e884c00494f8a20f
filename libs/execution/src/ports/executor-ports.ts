import type { SecretBox } from '@muster/model';
import type { BesideStart, StartDeployment } from '@muster/protocol';
import type { Clock } from './clock';
import type { DeploymentStore } from './deployment-store';
import type { NodePort } from './node-port';
import type { ExecutionTracing } from './tracing';
import type { ArtifactFetcher, ExecutionLog, MakeMasker, PublishEvents, PublishOutput } from './publishing';

/** A graph that came with its start command, or as an artifact. */
export type SentGraph = Exclude<StartDeployment['graph'], { kind: 'earlier' | 'beside' }>;

/** What an executor is wired to. */
export interface ExecutorPorts {
  readonly clock: Clock;
  readonly store: DeploymentStore;
  readonly nodes: NodePort;
  readonly box: SecretBox;
  readonly artifacts: ArtifactFetcher;
  readonly publishEvents: PublishEvents;
  readonly publishOutput: PublishOutput;
  readonly makeMasker: MakeMasker;
  readonly encodeBase64: (bytes: Uint8Array) => string;
  /** Reads a gzipped packed graph, bounded; fails with an Error on anything else, `NotReadNow` where a part of it may be read later. */
  readonly readGraph: (gzip: Uint8Array) => Promise<unknown>;
  /** Bytes of a start command's graph: decoded, or read from its artifact. */
  readonly graphBytes: (graph: SentGraph) => Promise<Uint8Array>;
  /** What went beside a start command, from its artifact; fails with an Error if it is anything else. */
  readonly readBeside: (digest: string) => Promise<BesideStart>;
  /** Tells every executor to look into the inbox; failures are harmless, since owners look at each renewal, too. */
  readonly nudge: () => void;
  readonly log: ExecutionLog;
  /** Does what goes on when the caller is done, and so is no part of what the caller was asked for. */
  readonly apart: (work: () => void) => void;
  /** Null: nobody watches. */
  readonly tracing: ExecutionTracing | null;
}
