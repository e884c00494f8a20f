import { createHash } from 'node:crypto';
import { type ClusterSpec, type JsonObject, MASTER, SYNC_POINT, type TaskAddress } from '@muster/model';
import type { ExpectedState, Fingerprint, PreviousStates, PreviousSuccess } from '@muster/planning';
import { ByTask } from './by-task';
import { type PreviousRecords, successRecords } from './read-previous';

type Digests = readonly [common: string, own: string];

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
  readonly #known = new ByTask<PreviousSuccess>();
  readonly #pairs: StatePairs;
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
    this.#pairs = new StatePairs(JSON.parse(states) as Record<string, JsonObject>);
    // Of 100,000 tasks a few thousand are different.
    const fingerprints = new Map<string, Fingerprint>();
    for (const [definition, node, fingerprint, common, own, hostKey] of successRecords(successes)) {
      if (fingerprint === null || !isSame(node, hostKey)) continue;
      const state = this.#pairs.of(common, own);
      if (state === null) continue;
      const text = JSON.stringify(fingerprint);
      const shared = fingerprints.get(text) ?? fingerprint;
      fingerprints.set(text, shared);
      this.#known.set(definition, node, { state, fingerprint: shared });
    }
    const there = (JSON.parse(nodes) as [string, string | null][]).filter(([node, key]) => isSame(node, key));
    this.#unrecorded = new Set(JSON.parse(unrecorded) as string[]);
    this.#nodes = new Set(there.map(([node]) => node));
  }

  of(definition: string, node: string): PreviousSuccess | null {
    const known = this.#known.get(definition, node);
    if (known === undefined) return null;
    this.used[`${definition}@${node}`] ??= hashOf(known.fingerprint, this.#pairs.digestsOf(known.state));
    return known;
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
  readonly #digests = new Map<ExpectedState, Digests>();

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
    this.#digests.set(pair, [common, own]);
    return pair;
  }

  /** Of the parts of a state that came from here. */
  digestsOf(state: ExpectedState): Digests | null {
    return this.#digests.get(state) ?? null;
  }
}

function hashOf(fingerprint: Fingerprint | null, digests: Digests | null): string {
  // The database gives keys in its own order, which is always the same.
  return createHash('sha256')
    .update(JSON.stringify([fingerprint, digests]))
    .digest('base64url')
    .slice(0, 22);
}
