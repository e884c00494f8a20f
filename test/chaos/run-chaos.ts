import { setTimeout as sleep } from 'node:timers/promises';
import { isDeploymentEnd } from '@muster/model';
import { waitUntil } from '@muster/testkit';
import { ProductionBed } from '../bed/production-bed';
import { withClient } from '../bed/with-client';
import { chaosRelease, chaosRoles, type JournalLine, journalOf } from './chaos-cluster';
import { objections, readRecords, type Records } from './chaos-referees';
import { FaultMaker } from './fault-maker';

export interface ChaosOptions {
  readonly hosts: number;
  readonly tasksPerHost: number;
  readonly say: (text: string) => void;
}

export interface ChaosRun {
  readonly seed: number;
  readonly objections: readonly string[];
  readonly records: Records;
  readonly journal: readonly JournalLine[];
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
}

const END_WITHIN_MS = 15 * 60_000;

/** A cluster on real hosts and services that is deployed once undisturbed, and then again and again while things are killed. */
export class Chaos {
  private constructor(
    readonly bed: ProductionBed,
    private readonly options: ChaosOptions,
    readonly undisturbed: Records,
    /** Of the undisturbed run. */
    readonly seconds: number,
  ) {}

  static async open(options: ChaosOptions): Promise<Chaos> {
    const bed = await ProductionBed.openAlone(options.hosts, 2);
    try {
      if (bed.hosts.kind !== 'namespace')
        options.say(
          'ATTENTION: this machine does not allow namespaces. Machines are not rebooted with a new boot id, only ended and ' +
            'started; links are not cut, sshd is stopped. The rest is done.',
        );
      await bed.publish('chaos', chaosRelease(options.tasksPerHost));
      await bed.apply('chaos', 'chaos@1.0.0', chaosRoles(bed));
      const begin = performance.now();
      const transaction = await bed.deploy('chaos');
      const records = await ended(bed, transaction);
      return new Chaos(bed, options, records, (performance.now() - begin) / 1000);
    } catch (error) {
      await bed.close();
      throw error;
    }
  }

  async run(seed: number): Promise<ChaosRun> {
    const { bed, options, undisturbed } = this;
    const begin = performance.now();
    const transaction = await bed.deploy('chaos');
    const faults = new FaultMaker(bed, seed, (text) =>
      options.say(`seed ${seed}, ${((performance.now() - begin) / 1000).toFixed(0)} s: ${text}`),
    );
    const harm = faults.run();
    let records: Records;
    try {
      records = await ended(bed, transaction);
    } finally {
      await faults.end();
      await harm;
    }
    // What was stored last may still be on its way to the planner.
    records = await settled(bed, transaction, records);
    const journal = journalOf(bed, records.deployment);
    return {
      seed,
      objections: objections(records, journal, undisturbed),
      records,
      journal,
      seconds: (performance.now() - begin) / 1000,
      faults: faults.done,
    };
  }

  close(): Promise<void> {
    return this.bed.close();
  }
}

/** Waits until the planner says that the transaction has ended, whatever is away meanwhile. */
async function ended(bed: ProductionBed, transaction: string): Promise<Records> {
  return waitUntil(
    'the transaction has ended',
    async () => {
      const records = await withClient(bed, (client) => readRecords(client, transaction));
      return isDeploymentEnd(records.state as never) || records.state === 'paused' ? records : null;
    },
    { timeoutMs: END_WITHIN_MS, intervalMs: 1000 },
  );
}

/** Waits until the planner has heard everything and nothing more comes; after a minute it is as it is. */
async function settled(bed: ProductionBed, transaction: string, last: Records): Promise<Records> {
  let records = last;
  for (let looks = 0, quiet = 0; looks < 60 && quiet < 3; looks++) {
    await sleep(1000);
    const next = await withClient(bed, (client) => readRecords(client, transaction));
    const isSame = next.log.length === records.log.length && next.plannerSeq === next.log.length;
    quiet = isSame ? quiet + 1 : 0;
    records = next;
  }
  return records;
}
