import { createHash } from 'node:crypto';
import { type ClusterSpec, type JsonObject, MASTER, SYNC_POINT, type TaskAddress } from '@muster/model';
import type { ExpectedState, Fingerprint, PreviousStates, PreviousSuccess } from '@muster/planning';
import type { PreviousRecords, SuccessRecord } from './read-previous';

interface Known {
  readonly success: PreviousSuccess;
  /** Digests of the state's parts. */
  readonly digests: readonly [common: string, own: string];
}

/**
 * The last successes of a cluster as planning asks for them. A success on a machine that had another host key counts as
 * none: that machine was replaced.
 */
export class PreviousSuccesses implements PreviousStates {
  /**
   * Hashes of the successes that were asked for, by address: those that a plan was made from, and so part of its digest.
   * Grows while planning asks.
   */
  readonly used: Record<TaskAddress, string> = {};
  readonly #known = new Map<TaskAddress, Known>();
  readonly #nodes: ReadonlySet<string>;
  readonly #unrecorded: ReadonlySet<string>;

  constructor(
    { successes, states, nodes, unrecorded }: PreviousRecords,
    cluster: ClusterSpec,
    hostKeys: Readonly<Record<string, string | null>>,
  ) {
    const hostKeyOf = (node: string): string | null => {
      const machine = node === MASTER ? cluster.master : node;
      return machine !== null && Object.hasOwn(hostKeys, machine) ? (hostKeys[machine] ?? null) : null;
    };
    const isSame = (node: string, hostKey: string | null): boolean =>
      node === SYNC_POINT || (hostKey !== null && hostKey === hostKeyOf(node));
    const pairs = new StatePairs(JSON.parse(states) as Record<string, JsonObject>);
    for (const [definition, node, fingerprint, common, own, hostKey] of JSON.parse(successes) as SuccessRecord[]) {
      if (fingerprint === null || !isSame(node, hostKey)) continue;
      const state = pairs.of(common, own);
      if (state === null) continue;
      this.#known.set(`${definition}@${node}`, { success: { state, fingerprint }, digests: [common, own] });
    }
    const there = (JSON.parse(nodes) as [string, string | null][]).filter(([node, key]) => isSame(node, key));
    this.#unrecorded = new Set(JSON.parse(unrecorded) as string[]);
    this.#nodes = new Set(there.map(([node]) => node));
  }

  of(definition: string, node: string): PreviousSuccess | null {
    const address: TaskAddress = `${definition}@${node}`;
    const known = this.#known.get(address);
    if (known === undefined) return null;
    this.used[address] ??= hashOf(known.success.fingerprint, known.digests);
    return known.success;
  }

  knows(node: string): boolean {
    return this.#nodes.has(node);
  }

  precedes(node: string): boolean {
    return this.#unrecorded.has(node);
  }
}

/** Equal states are the same object: planning evaluates per object. */
class StatePairs {
  readonly #pairs = new Map<string, ExpectedState>();

  constructor(private readonly parts: Readonly<Record<string, JsonObject>>) {}

  /** Null: a part is not there, so nothing can be said about what was. */
  of(common: string, own: string): ExpectedState | null {
    const key = `${common} ${own}`;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const [commonPart, ownPart] = [this.parts[common], this.parts[own]];
    if (commonPart === undefined || ownPart === undefined) return null;
    const pair = { common: commonPart, node: ownPart };
    this.#pairs.set(key, pair);
    return pair;
  }
}

function hashOf(fingerprint: Fingerprint | null, digests: Known['digests']): string {
  // The database gives keys in its own order, which is always the same.
  return createHash('sha256')
    .update(JSON.stringify([fingerprint, digests]))
    .digest('base64url')
    .slice(0, 22);
}
