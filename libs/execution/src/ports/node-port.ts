import type { AttemptResult, Become, OutputSizes, TaskAddress } from '@muster/model';

/**
 * How an executor acts on nodes: start, attach, cancel; answers and reports. Takes and returns plain serialisable
 * values only, so that it can later cross a broker to runners near the nodes.
 */

/** A node as a connection needs it; secrets opened, so never stored or logged. */
export interface NodeTarget {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly become: Become;
  /** Pinned fingerprint, `SHA256:...`. A node that shows another one is refused. */
  readonly hostKey: string;
  /** Private key in OpenSSH or PEM form. */
  readonly identity: string;
  readonly stateDir: string;
  /** Nodes to go through, outermost first. */
  readonly jumps: readonly NodeTarget[];
}

/** Who may act on the node: the node keeps the largest ticket it has seen per installation, and refuses smaller ones. */
export interface NodeTicket {
  readonly installation: string;
  readonly ticket: number;
}

/** One try of one task. `id` is unique in the installation for ever and safe as a file name. */
export interface AttemptRef {
  readonly id: string;
  readonly task: TaskAddress;
}

/** Bytes to be at `path` (relative to the attempt's folder) before the command starts; 0600 unless `mode` says otherwise. */
export interface OperationFile {
  readonly path: string;
  readonly mode?: number;
  readonly content:
    | { readonly base64: string }
    | { readonly artifact: string; readonly size: number }
    /** A tar of what is at `tar` on another node (its last part alone in it), read when the attempt starts. */
    | { readonly from: NodeTarget; readonly tar: string };
}

/**
 * What an attempt does.
 * - `command`: `script` is run by `/bin/sh` in a session of its own, with the attempt's folder in `MUSTER_ATTEMPT_DIR`,
 *   the files in place, `MUSTER_OUTPUT` naming the file for outputs, and `cwd` (default `/`).
 * - `reboot`: boots the machine; ends with exit code 0 once it answers with another boot id.
 * - `probe`: asked from the node's side every `intervalMs` until it is true; between two questions nothing of it is on the node.
 */
export type Operation =
  | {
      readonly kind: 'command';
      readonly script: string;
      readonly files: readonly OperationFile[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string | null;
    }
  | { readonly kind: 'reboot' }
  | {
      readonly kind: 'probe';
      readonly target:
        /** `host` as the node knows it; absent: the node itself, by its loopback address. */
        | { readonly port: number; readonly host?: string }
        /** `isTrusting`: whatever certificate an https:// address shows. */
        | { readonly http: string; readonly expect: number | null; readonly isTrusting?: true }
        /** True once it exits with 0, run by `/bin/sh` in `/`, without output; ended after half a minute. */
        | { readonly check: string; readonly env: Readonly<Record<string, string>> };
      readonly intervalMs: number;
    };

export interface AttemptSpec extends AttemptRef {
  readonly operation: Operation;
}

/** What a connection found; to be recorded before the first start on the node. */
export interface NodeReady {
  readonly bootId: string;
  /** Made once per state folder; another one means that the folder was lost. */
  readonly stateFolder: string;
}

/** The world said no; says whether trying again makes sense. */
export type NodeFailure =
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** `code` is a problem code: host key changed, login refused, ticket old, other owner, requirement missing... */
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };

export type PrepareAnswer = ({ readonly kind: 'ready' } & NodeReady) | NodeFailure;

/**
 * `machine` is the same under every name and address, and after a new host key: the system's machine id, and an id that is
 * made once per state folder. A state folder of one's own makes a machine of its own.
 */
export type IdentifyAnswer = { readonly kind: 'identified'; readonly machine: string } | NodeFailure;

/**
 * `started`: the command was spawned, now or by an earlier call for the same attempt; its end is reported. Also given when
 * the link broke before the node answered: `link-lost` follows, and `attach` finds out whether it was spawned.
 * `busy`: something runs there that was started before; `attempt` is its id. It and a failure mean that this call
 * certainly did not spawn it.
 */
export type StartAnswer =
  { readonly kind: 'started' } | { readonly kind: 'busy'; readonly attempt: string } | NodeFailure;

/** The five cases after a takeover or a lost link, the first that matches. */
export type AttachAnswer =
  /** The end follows as a report, after the output from the offsets asked for. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'running' }
  /** Claimed, but nothing is alive and no end is recorded, or the machine has booted since, or the folder is another. */
  | { readonly kind: 'lost'; readonly detail: string }
  /** No claim in the recorded folder: it never started; `start` the same attempt. */
  | { readonly kind: 'never-started' }
  | NodeFailure;

/** `confirmed`: the process group is gone; its end may be reported as well. */
export type CancelAnswer =
  { readonly kind: 'confirmed' } | { readonly kind: 'unconfirmed'; readonly detail: string } | NodeFailure;

export type OutputStream = 'stdout' | 'stderr';

/** Sent to the listener in order per attempt; the end comes last, and once however often a followed attempt is started or attached. */
export type NodeReport =
  | {
      readonly kind: 'output';
      readonly attempt: string;
      readonly stream: OutputStream;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'ended';
      readonly attempt: string;
      readonly result: AttemptResult;
      readonly sizes: OutputSizes;
      /** One sentence for people when something was left out of `result`: outputs that are no JSON or too large. */
      readonly note?: string;
    }
  /**
   * A wait cannot ask its question, since `other`, an attempt, is still on the node and cannot be ended; null: it asks. Told when
   * that changes.
   */
  | { readonly kind: 'node-busy'; readonly attempt: string; readonly other: string | null }
  /** The link broke while the attempt ran: `attach` is to be called. */
  | { readonly kind: 'link-lost'; readonly attempt: string; readonly node: string };

export interface NodePort {
  /** Receives every report; set once, before the first call. */
  onReport(listener: (report: NodeReport) => void): void;

  /** Connects (or reuses the connection) and finds out which machine it is, before anything there is changed. */
  identify(node: NodeTarget): Promise<IdentifyAnswer>;

  /** Connects (or reuses the connection), checks host key and requirements, raises the ticket on the node; costs nothing once that is done. */
  prepare(node: NodeTarget, ticket: NodeTicket): Promise<PrepareAnswer>;

  /** Takes the node over from another installation, at an operator's word: from then on that one is refused. */
  adopt(node: NodeTarget, ticket: NodeTicket): Promise<PrepareAnswer>;

  /** Claims the attempt on the node and spawns it, at most once however often it is called. */
  start(node: NodeTarget, ticket: NodeTicket, attempt: AttemptSpec): Promise<StartAnswer>;

  /** Finds out what became of an attempt, and follows it from `offsets` if there is anything to follow. */
  attach(
    node: NodeTarget,
    ticket: NodeTicket,
    attempt: AttemptSpec,
    recorded: NodeReady,
    offsets: OutputSizes,
  ): Promise<AttachAnswer>;

  /** Ends the attempt's process group: TERM, then KILL after `graceMs`. */
  cancel(node: NodeTarget, ticket: NodeTicket, attempt: AttemptRef, graceMs: number): Promise<CancelAnswer>;

  /** Bytes of kept output from `offset`, at most `length`; shorter at the end. Fails with an Error when the node cannot be asked. */
  readOutput(
    node: NodeTarget,
    attempt: AttemptRef,
    stream: OutputStream,
    offset: number,
    length: number,
  ): Promise<Uint8Array>;

  /** Removes the attempt's folder, keeping the line that a late `start` is answered with. Best effort. */
  forget(node: NodeTarget, ticket: NodeTicket, attempts: readonly AttemptRef[]): Promise<void>;

  /** Forgets in-memory interest in an attempt or all; leaves what runs on nodes alone. */
  detach(attempt: string): void;

  /** Host key that a machine shows, without logging in: for accepting it. Fails with an Error if it cannot be reached. */
  scanHostKey(address: string, port: number): Promise<string>;

  /** Closes all connections; commands on the nodes go on. */
  close(): Promise<void>;
}

/** Where content addressed by digest is read, verified; declared here because operations name artifacts. */
export interface ArtifactReader {
  /** Fails with an Error if it is not in the local cache. */
  open(digest: string): Promise<AsyncIterable<Uint8Array>>;
}
