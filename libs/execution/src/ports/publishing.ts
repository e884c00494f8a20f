import type { DeploymentEventsMessage, GatheredOutputMessage } from '@muster/protocol';

/** The road of states: settles once the broker has taken charge of the message, fails otherwise. */
export type PublishEvents = (message: DeploymentEventsMessage) => Promise<void>;

/** The road of output: fails when the queue is full or the broker away; its chunks are then gaps. */
export type PublishOutput = (message: GatheredOutputMessage) => Promise<void>;

/** Replaces secrets in a stream of bytes, also across chunk edges; keeps the length. */
export interface OutputMasker {
  push(bytes: Uint8Array): Uint8Array;
  flush(): Uint8Array;
}

export type MakeMasker = (secrets: readonly string[]) => OutputMasker;

/** An artifact that could not be had. `isPassing`: another try may do better, since the planner starts again or another one answers. */
export interface FetchFailure {
  readonly text: string;
  readonly isPassing: boolean;
}

/** Brings artifacts to where executors read them. Settles with what could not be had, by text. */
export interface ArtifactFetcher {
  ensure(
    artifacts: readonly { readonly digest: string; readonly size: number }[],
    token: string | null,
  ): Promise<readonly FetchFailure[]>;
}

/** Where the shell tells what happens on its own. Fits pino. */
export interface ExecutionLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}
