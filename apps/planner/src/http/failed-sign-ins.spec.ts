import { FailedSignIns } from './failed-sign-ins';

describe('failed sign-ins', () => {
  const failing = (address: string, times: number, limits = new FailedSignIns(3)): FailedSignIns => {
    for (let index = 0; index < times; index++) limits.failed(address, 1000);
    return limits;
  };

  it('make an address wait until the minute of its first failure is over', () => {
    expect(failing('192.0.2.1', 2).waitMs('192.0.2.1', 1000)).toBe(0);
    const limits = failing('192.0.2.1', 3);
    expect(limits.waitMs('192.0.2.1', 2000)).toBe(59_000);
    expect(limits.waitMs('192.0.2.2', 2000)).toBe(0);
    expect(limits.waitMs('192.0.2.1', 61_000)).toBe(0);
    limits.failed('192.0.2.1', 61_000);
    expect(limits.waitMs('192.0.2.1', 61_000)).toBe(0);
  });

  it('count for a whole network of IPv6, which one machine has', () => {
    const limits = failing('2001:db8:0:1::1', 3);
    expect(limits.waitMs('2001:db8:0:1:ffff::2', 1000)).toBeGreaterThan(0);
    expect(limits.waitMs('2001:db8::2', 1000)).toBe(0);
    expect(failing('::1', 3).waitMs('::1', 1000)).toBeGreaterThan(0);
  });

  it('do not shut out a token that was good a short while ago', () => {
    const limits = new FailedSignIns(3);
    limits.succeeded('hash', 1000);
    expect(limits.wasGood('hash', 2000)).toBe(true);
    expect(limits.wasGood('other', 2000)).toBe(false);
    expect(limits.wasGood('hash', 400_000)).toBe(false);
  });

  it('remember a bounded number of addresses', () => {
    const limits = failing('192.0.2.1', 3);
    for (let index = 0; index < 10_000; index++) limits.failed(`host-${index}`, 1000);
    expect(limits.waitMs('192.0.2.1', 1000)).toBe(0);
    expect(limits.waitMs('host-9999', 1000)).toBe(0);
  });
});
