import type { GraphTask } from '@muster/model';
import { withSummary } from './summary-of';

const sizes = { stdout: 0, stderr: 0 };
const told = (type: string, outputs: object, noop = false): unknown => {
  const result = withSummary(
    { type } as GraphTask,
    { kind: 'exited', code: 0, sizes, outputs: outputs as never },
    noop,
  );
  return 'summary' in result ? result.summary : null;
};

describe('what an attempt tells of itself', () => {
  it.each([
    ['sync', { changed: 2, total: 3 }, false, '2 of 3 files changed'],
    ['upload_file', { changed: 0, total: 1 }, true, '0 of 1 files would change'],
    [
      'puppet',
      { total: 9, changed: 1, failed: 0, outOfSync: 1 },
      false,
      '1 of 9 resources changed, 0 failed, 1 out of sync',
    ],
    ['puppet', { total: 9, outOfSync: 4 }, true, '4 of 9 resources would change'],
    ['shell', { changed: 2, total: 3 }, false, null],
    ['sync', { changed: 'many' }, false, null],
    ['puppet', {}, false, null],
  ])('%s with %j', (type, outputs, noop, text) => {
    expect(told(type, outputs, noop)).toBe(text);
  });

  it('names what failed, and stays short whatever a node says', () => {
    const failures = Array.from({ length: 9 }, (_, at) => ({ resource: `File[${at}]`, message: 'x'.repeat(1000) }));
    const text = told('puppet', { total: 9, changed: 0, failed: 9, outOfSync: 9, failures });
    expect(text).toContain('; File[0]: xxx');
    expect(String(text).length).toBe(2000);
    expect(told('puppet', { total: 1, failures: [null, 3] })).toContain('of 1 resources');
  });
});
