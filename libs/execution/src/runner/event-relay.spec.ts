import type { DeploymentEvent } from '@muster/model';
import type { DeploymentEventsMessage } from '@muster/protocol';
import { HandMovedClock } from '../hand-moved-clock.testing';
import type { DeploymentStore } from '../ports/deployment-store';
import { QuietLog } from '../quiet-log.testing';
import { EventRelay } from './event-relay';

const D = 'd1';

/** A relay over a log in memory, and a broker that may refuse. */
class RelayBed {
  readonly clock = new HandMovedClock();
  readonly messages: DeploymentEventsMessage[] = [];
  readonly log: DeploymentEvent[] = [];
  readonly quiet = new QuietLog();
  published = 0;
  reads = 0;
  refuse = 0;
  /** Held back publishes, when the broker is slow. */
  slow: (() => void)[] | null = null;
  readonly relay: EventRelay;

  constructor() {
    const store: Pick<DeploymentStore, 'events' | 'markPublished'> = {
      events: async (_deployment, from, to) => {
        this.reads++;
        return this.log.filter(({ seq }) => seq >= from && seq <= to);
      },
      markPublished: async (_deployment, seq) => {
        this.published = Math.max(this.published, seq);
      },
    };
    const publish = async (message: DeploymentEventsMessage): Promise<void> => {
      if (this.slow) await new Promise<void>((resolve) => this.slow?.push(resolve));
      if (this.refuse > 0) {
        this.refuse--;
        throw new Error('the broker is away');
      }
      this.messages.push(message);
    };
    this.relay = new EventRelay('e1', store as DeploymentStore, publish, this.clock, this.quiet);
  }

  /** Stores `count` events more; gives them. */
  store(count: number): DeploymentEvent[] {
    const added = Array.from({ length: count }, (_, index): DeploymentEvent => ({
      type: 'retry-due',
      task: 'a@n1',
      seq: this.log.length + 1 + index,
      at: 0,
    }));
    this.log.push(...added);
    return added;
  }

  get seqs(): number[] {
    return this.messages.flatMap(({ events }) => events.map(({ seq }) => seq));
  }

  /** Every message is a run without a gap that follows the one before. */
  expectAll(): void {
    expect(this.seqs).toEqual(this.log.map(({ seq }) => seq));
    expect(this.published).toBe(this.log.length);
  }
}

describe('the event relay', () => {
  it('publishes at once what comes after a silence, and gathers what follows', async () => {
    const bed = new RelayBed();
    bed.relay.offer(D, 0, bed.store(1));
    await bed.clock.move(0);
    expect(bed.seqs).toEqual([1]);
    for (let times = 0; times < 5; times++) bed.relay.offer(D, 0, bed.store(2));
    await bed.clock.move(1_000);
    bed.expectAll();
    expect(bed.messages).toHaveLength(2);
    expect(bed.reads).toBe(0);
  });

  it('gathers no longer once there is what somebody waits for, or as much as a message holds', async () => {
    const bed = new RelayBed();
    bed.relay.offer(D, 0, bed.store(1));
    await bed.clock.move(0);
    bed.relay.offer(D, 0, bed.store(2));
    await bed.clock.move(50);
    expect(bed.seqs).toEqual([1]);
    const ended: DeploymentEvent = { type: 'state-changed', state: 'succeeded', text: null, seq: 4, at: 0 };
    bed.log.push(ended);
    bed.relay.offer(D, 0, [ended]);
    await bed.clock.move(0);
    expect(bed.seqs).toEqual([1, 2, 3, 4]);
    for (let times = 0; times < 5; times++) bed.relay.offer(D, 0, bed.store(100));
    await bed.clock.move(0);
    bed.expectAll();
    expect(bed.messages.map(({ events }) => events.length)).toEqual([1, 3, 500]);
  });

  it('tries again in order until the broker takes them', async () => {
    const bed = new RelayBed();
    bed.refuse = 3;
    bed.relay.offer(D, 0, bed.store(2));
    bed.relay.offer(D, 0, bed.store(2));
    await bed.clock.move(0);
    expect(bed.seqs).toEqual([]);
    await bed.clock.move(10_000);
    bed.expectAll();
    expect(bed.quiet.warnings).toHaveLength(3);
  });

  it('reads from the store what an owner before left unpublished', async () => {
    const bed = new RelayBed();
    bed.store(700);
    const fresh = bed.store(1);
    bed.relay.offer(D, 10, fresh);
    await bed.clock.move(1_000);
    expect(bed.seqs).toEqual(bed.log.slice(10).map(({ seq }) => seq));
  });

  it('loses nothing when more is handed over than it keeps while the broker is slow', async () => {
    const bed = new RelayBed();
    bed.slow = [];
    for (let times = 0; times < 30; times++) bed.relay.offer(D, 0, bed.store(100));
    // The first messages make room while more is handed over: what was not kept lies in the middle.
    for (let times = 0; times < 10; times++) {
      await bed.clock.move(100);
      bed.slow.splice(0).forEach((go) => go());
      await bed.clock.move(100);
      bed.relay.offer(D, 0, bed.store(100));
    }
    bed.slow.splice(0).forEach((go) => go());
    bed.slow = null;
    await bed.clock.move(10_000);
    bed.expectAll();
    expect(bed.messages.every(({ events }) => events.length <= 500)).toBe(true);
  });

  it('sweeps to the end of the log of a deployment that nobody owns', async () => {
    const bed = new RelayBed();
    bed.store(1_234);
    bed.relay.sweep(D, 34);
    await bed.clock.move(1_000);
    expect(bed.seqs).toEqual(bed.log.slice(34).map(({ seq }) => seq));
    await bed.relay.drained(D);
  });

  it('goes on with what the store says once a swept deployment is owned', async () => {
    const bed = new RelayBed();
    bed.store(5);
    bed.relay.sweep(D, 0);
    bed.relay.offer(D, 5, bed.store(3));
    await bed.clock.move(1_000);
    bed.expectAll();
  });

  it('publishes what is left after a release, and forgets the deployment', async () => {
    const bed = new RelayBed();
    bed.refuse = 1;
    bed.relay.offer(D, 0, bed.store(3));
    bed.relay.release(D);
    await bed.clock.move(10_000);
    bed.expectAll();
    // Were it not forgotten, the number given now would not count.
    bed.relay.offer(D, 2, []);
    bed.relay.sweep(D, 2);
    await bed.clock.move(1_000);
    expect(bed.seqs).toEqual([1, 2, 3, 3]);
  });

  it('stops trying when it is closed', async () => {
    const bed = new RelayBed();
    bed.refuse = 1_000;
    bed.relay.offer(D, 0, bed.store(1));
    await bed.clock.move(5_000);
    const closed = bed.relay.close();
    await bed.clock.move(5_000);
    await closed;
    expect(bed.clock.waiting).toBe(0);
  });
});
