import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactReader, NodeTarget, NodeTicket } from '@muster/execution';
import { makeKeyPair } from '../connection/make-key-pair';
import { EmbeddedNode, type EmbeddedNodeOptions } from '../embedded/embedded-node';
import { endFolderProcesses } from '../embedded/folder-processes';

export const TICKET: NodeTicket = { installation: 'inst-1', ticket: 1 };
export const KEYS = makeKeyPair('muster-test');

/** A node to test against, however it is served. */
export interface NodeBed {
  readonly target: NodeTarget;
  readonly stateDir: string;
  /** What runs the launcher; default `/bin/sh`. */
  readonly shell?: string;
  dropConnections(): Promise<void>;
  /** Ends what serves the node and everything on it. */
  close(): Promise<void>;
}

export type MakeBed = () => Promise<NodeBed>;

export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'muster-remote-')));
}

/** Kills what still runs in the folder, and removes it. */
export function clearFolder(folder: string): void {
  endFolderProcesses(folder);
  rmSync(folder, { recursive: true, force: true });
}

export async function embeddedBed(
  env: Readonly<Record<string, string>> = {},
  more: Partial<EmbeddedNodeOptions> = {},
): Promise<NodeBed> {
  const folder = temporaryFolder();
  const node = new EmbeddedNode({ folder, name: 'n1', authorizedKeys: [KEYS.public], env, ...more });
  const { address, port, user, hostKey } = await node.start();
  return {
    target: {
      name: 'n1',
      address,
      port,
      user,
      become: 'none',
      hostKey,
      identity: KEYS.private,
      stateDir: '/var/lib/muster',
      jumps: [],
    },
    stateDir: join(folder, 'state'),
    dropConnections: async () => node.dropConnections(),
    close: async () => {
      await node.stop();
      clearFolder(folder);
    },
  };
}

/** Artifacts held in memory, by digest. */
export function artifactsOf(contents: Readonly<Record<string, Buffer>>): ArtifactReader {
  return {
    open: async (digest) => {
      const bytes = contents[digest];
      if (!bytes) throw new Error(`no artifact ${digest}`);
      return (async function* () {
        for (let at = 0; at < bytes.length; at += 300_000) yield bytes.subarray(at, at + 300_000);
      })();
    },
  };
}
