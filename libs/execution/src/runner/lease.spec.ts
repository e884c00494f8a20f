import { HandMovedClock } from '../hand-moved-clock.testing';
import { Lease } from './lease';

const LENGTH_MS = 10_000;

describe('a lease', () => {
  it('ends a margin before its length, by the monotonic clock', async () => {
    const clock = new HandMovedClock();
    const lease = new Lease(clock, LENGTH_MS, true, clock.monotonic());
    await clock.move(7_999);
    expect(lease.isValid).toBe(true);
    await clock.move(1);
    expect(lease.isValid).toBe(false);
  });

  it('counts from before the renewal was asked for, not from its answer', async () => {
    const clock = new HandMovedClock();
    const lease = new Lease(clock, LENGTH_MS, true, clock.monotonic());
    const askedAt = clock.monotonic() + 3_000;
    await clock.move(6_000);
    lease.renewed(askedAt);
    await clock.move(4_999);
    expect(lease.isValid).toBe(true);
    await clock.move(1);
    expect(lease.isValid).toBe(false);
  });

  it('is not made shorter by an answer that overtook another', () => {
    const clock = new HandMovedClock();
    const lease = new Lease(clock, LENGTH_MS, true, clock.monotonic());
    lease.renewed(clock.monotonic() - 9_000);
    expect(lease.isValid).toBe(true);
  });

  it('has passed for a process that was stopped, and comes back with a renewal', async () => {
    const clock = new HandMovedClock();
    const lease = new Lease(clock, LENGTH_MS, true, clock.monotonic());
    await clock.move(60_000);
    expect(lease.isValid).toBe(false);
    lease.renewed(clock.monotonic());
    expect(lease.isValid).toBe(true);
  });

  it('does not end for the only executor of a data folder', async () => {
    const clock = new HandMovedClock();
    const lease = new Lease(clock, LENGTH_MS, false, clock.monotonic());
    await clock.move(1_000_000);
    expect(lease.isValid).toBe(true);
  });
});
