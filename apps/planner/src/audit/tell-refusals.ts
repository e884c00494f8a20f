import type { DataSource } from 'typeorm';
import { Loop } from '../running/loop';
import type { RefusalGate } from './refusal-gate';
import { writeAudit } from './write-audit';

const EVERY_MS = 60_000;

/** Writes what the gate has only counted, each minute and at the end. */
export function tellRefusals(
  database: DataSource,
  refusals: RefusalGate,
  onFailure: (error: unknown) => void,
): { close(): Promise<void> } {
  const tell = async (all: boolean): Promise<void> => {
    for (const entry of refusals.take(performance.now(), all)) await writeAudit(database.manager, entry);
  };
  const loop = new Loop({
    everyMs: EVERY_MS,
    onFailure,
    turn: async () => {
      await tell(false);
      return false;
    },
  });
  return {
    close: async () => {
      await loop.close();
      await tell(true).catch(onFailure);
    },
  };
}
