import type { ExecutionLog, ExecutionTracing, MakeMasker } from '@muster/execution';
import type { AroundHandler, Bus } from '@muster/messaging';
import type { SecretBox } from '@muster/model';
import type { Database } from '@muster/storage';
import type { HealthAddress } from './health/health-server';

/** Bytes addressed by their SHA-256, where this executor reads them and every other one, too. */
export interface ExecutorArtifacts {
  /** Keeps what was not there; tells the digest (`sha256:` and 64 hex digits) either way. */
  put(content: AsyncIterable<Uint8Array>): Promise<{ readonly digest: string; readonly size: number }>;
  /** Keeps what is there for a while longer; false if it is not there. */
  renew(digest: string): Promise<boolean>;
  /** Removes what is not `used` and was neither put nor renewed within `olderThanMs`. */
  removeUnused(used: ReadonlySet<string>, olderThanMs: number): Promise<unknown>;
  /** Null if it is not there. */
  open(digest: string): Promise<AsyncIterable<Uint8Array> | null>;
}

/** What the executor needs of the outside, opened by whoever starts it and closed by them after it. */
export interface ExecutorAppPorts {
  readonly database: Database;
  readonly bus: Bus;
  readonly artifacts: ExecutorArtifacts;
  readonly secretBox: SecretBox;
  readonly makeMasker: MakeMasker;
  readonly logger: ExecutionLog;
  /** Absent: nobody watches. */
  readonly tracing?: ExecutionTracing;
  readonly aroundMessage?: AroundHandler;
}

export interface ExecutorConfig {
  readonly leaseMs: number;
  /** False where this is the only executor that the database will ever have: embedded. */
  readonly leasesExpire: boolean;
  /** How long a statement of its store may take; absent: as planners' ones. Embedded there is no limit. */
  readonly statementMs?: number;
  /** Where artifacts come from that are not kept yet; null: nowhere, they are shared. */
  readonly plannerUrl: string | null;
  /** Absent: nothing is listened on. */
  readonly health?: HealthAddress & {
    /** The process is this executor's alone, so that its figures are told, too. */
    readonly isAlone: boolean;
  };
}

export const EXECUTOR = Symbol('Executor');
export const NODES = Symbol('NodePort');
export const INSPECTOR = Symbol('NodeInspector');
export const SHELL = Symbol('NodeShell');
export const BOX = Symbol('SecretBox');
