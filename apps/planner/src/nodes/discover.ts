import { GREETED_MAX } from '@muster/protocol';
import { rowsOf } from '../database/sql';
import { type AskParts, greet, wayThrough } from './greet-machines';

/** How long one address may take; most of a network answers at once or never. */
const GREETING_MS = 2000;
/** Questions at once: so many times `GREETED_MAX` addresses. */
const QUESTIONS_AT_ONCE = 4;
const PATIENCE_MS = 30_000;

export interface FoundMachine {
  readonly address: string;
  readonly port: number;
  readonly hostKey: string;
  readonly greeting: string | null;
  /** Name of the node that has this host key, or else this address and port; null: unknown. */
  readonly node: string | null;
}

/** The SSH servers at these addresses, in their order. Nothing is logged in to, nothing is kept. Throws `API_UNAVAILABLE`. */
export async function discover(
  parts: AskParts,
  project: string,
  addresses: readonly string[],
  port: number,
  jump: string | null,
): Promise<readonly FoundMachine[]> {
  const pieces: { readonly at: number; readonly machines: { address: string; port: number }[] }[] = [];
  for (let at = 0; at < addresses.length; at += GREETED_MAX)
    pieces.push({ at, machines: addresses.slice(at, at + GREETED_MAX).map((address) => ({ address, port })) });
  const found = new Map<number, Omit<FoundMachine, 'node'>>();
  const waiting = [...pieces];
  const way = await wayThrough(parts.on, project, jump);
  const work = async (): Promise<void> => {
    for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
      const machines = await greet(parts.bus, way, piece.machines, GREETING_MS, PATIENCE_MS);
      for (const [index, answer] of machines.entries()) {
        const asked = piece.machines[index];
        if (asked === undefined || answer.kind !== 'ssh') continue;
        found.set(piece.at + index, { ...asked, hostKey: answer.hostKey, greeting: answer.greeting });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(QUESTIONS_AT_ONCE, pieces.length) }, work));
  const machines = [...found].sort(([a], [b]) => a - b).map(([, machine]) => machine);
  const known = await rowsOf<{ name: string; address: string | null; port: number; host_key: string | null }>(
    parts.on,
    `SELECT name, address, port, host_key FROM planner.node
     WHERE project = $1 AND (host_key = ANY ($2::text[]) OR (address = ANY ($3::text[]) AND port = $4 AND jump IS NOT DISTINCT FROM $5)) ORDER BY name`,
    [project, machines.map(({ hostKey }) => hostKey), machines.map(({ address }) => address), port, jump],
  );
  return machines.map((machine) => ({
    ...machine,
    node:
      known.find(({ host_key }) => host_key === machine.hostKey)?.name ??
      known.find(({ address }) => address === machine.address)?.name ??
      null,
  }));
}
