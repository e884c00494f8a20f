import { RefusalGate } from './refusal-gate';
import type { AuditEntry } from './write-audit';

const refusal = (fromAddress: string): AuditEntry => ({
  project: null,
  who: null,
  what: 'GET',
  subject: '/x',
  why: null,
  fromAddress,
  outcome: 'refused',
  status: 401,
  code: 'API_UNAUTHENTICATED',
});

describe('the gate of refusals', () => {
  it('lets a few of each caller through and counts the rest, losing none', () => {
    const gate = new RefusalGate();
    const passed = Array.from({ length: 1000 }, () => gate.pass(refusal('a'), 0)).filter(Boolean).length;
    expect(passed).toBe(20);
    expect(gate.pass(refusal('b'), 0)).toBe(true);
    expect(gate.take(59_999)).toEqual([]);
    expect(gate.take(60_000)).toEqual([{ ...refusal('a'), count: 980 }]);
    expect(gate.take(120_000)).toEqual([]);
    expect(gate.pass(refusal('a'), 120_000)).toBe(true);
  });

  it('is bounded in what it writes and in what it remembers, however many callers there are', () => {
    const gate = new RefusalGate();
    const passed = Array.from({ length: 5000 }, (_, index) => gate.pass(refusal(`a${index}`), 0)).filter(
      Boolean,
    ).length;
    expect(passed).toBe(300);
    const left = gate.take(0, true);
    expect(left.length).toBeLessThanOrEqual(1001);
    expect(left.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(4700);
  });

  it('keeps what it has counted until it was taken, also when the minute is over', () => {
    const gate = new RefusalGate();
    for (let index = 0; index < 25; index++) gate.pass(refusal('a'), 0);
    gate.pass(refusal('b'), 70_000);
    expect(gate.take(70_000)).toEqual([{ ...refusal('a'), count: 5 }]);
  });
});
