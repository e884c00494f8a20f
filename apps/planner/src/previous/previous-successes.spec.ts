import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ClusterSpec } from '@muster/model';
import { PreviousSuccesses } from './previous-successes';
import { RecordedDurations } from './recorded-durations';

/** As the database gives it: shorter names first. */
const fingerprint = { files: 'f', inputs: null, definition: 'd', parameters: 'p' };
const record = (definition: string, durations: readonly number[]) => [
  ...[definition, 'n1', fingerprint, 'common', 'own', 'SHA256:key'],
  durations,
];
const records = {
  successes: [[record('a', [30, 10, 20])], [], [record('b', []), record('c', [5])]].map((part) =>
    gzipSync(JSON.stringify(part)),
  ),
  ...{ states: JSON.stringify({ common: { x: 1 }, own: {} }), nodes: '[["n1","SHA256:key"]]' },
  ...{ unrecorded: '[]', elsewhere: '{}' },
};

describe('records of what succeeded, in parts', () => {
  it('are known whichever part they are in, each state once', () => {
    const known = new PreviousSuccesses(records, { master: null } as ClusterSpec, { n1: 'SHA256:key' });
    const [a, b] = [known.of('a', 'n1'), known.of('b', 'n1')];
    expect(a).toEqual({ state: { common: { x: 1 }, node: {} }, fingerprint });
    expect(b?.state).toBe(a?.state);
    expect(known.of('c', 'n2')).toBeNull();
    expect(known.knows('n1')).toBe(true);
  });

  it('keep the order of what is hashed, so that plans of before an upgrade are still the same', () => {
    const known = new PreviousSuccesses(records, { master: null } as ClusterSpec, { n1: 'SHA256:key' });
    known.of('c', 'n1');
    const hashed = createHash('sha256').update(JSON.stringify([fingerprint, ['common', 'own']]));
    expect(known.used).toEqual({ 'c@n1': hashed.digest('base64url').slice(0, 22) });
  });

  it('tell how long tasks took', () => {
    const durations = new RecordedDurations(records);
    expect(['a', 'b', 'c'].map((definition) => durations.of(definition, 'n1'))).toEqual([20, null, 5]);
    expect(durations.of('a', 'n9')).toBe(20);
  });
});
