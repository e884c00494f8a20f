import type { TaskOutputMessage } from '@muster/protocol';
import type { DataSource } from 'typeorm';
import { Batcher } from '../running/batcher';
import type { PlannerNudges } from '../running/planner-nudges';
import { storeOutput } from './store-output';

/** Chunks written with one statement: 6 MiB at most. */
const CHUNKS_AT_ONCE = 100;
/** A statement costs much the same for one chunk and for many; a reader who follows does not notice. */
const GATHER_MS = 50;

/** Keeps output as it arrives, many chunks with one statement, and nudges those who read it. */
export class OutputIntake extends Batcher<TaskOutputMessage> {
  constructor(database: DataSource, nudges: PlannerNudges) {
    super(CHUNKS_AT_ONCE, GATHER_MS, async (chunks) => {
      for (const deployment of await storeOutput(database.manager, chunks)) nudges.nudge(`output:${deployment}`);
    });
  }
}
