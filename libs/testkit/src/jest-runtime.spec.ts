import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'muster-jest-'));
const file = join(folder, 'counter.js');
afterAll(() => rmSync(folder, { recursive: true }));

const load = () => jest.requireActual<{ count: () => number; fail: () => never }>(file);

describe('modules whose compiled form is kept between suites', () => {
  beforeEach(() => {
    writeFileSync(
      file,
      'let n = 0;\nexports.count = () => (n += 1);\nexports.fail = () => {\n  throw new Error("of line 4");\n};\n',
    );
    jest.resetModules();
  });

  it('are evaluated anew, with a state of their own', () => {
    const first = load();
    expect([first.count(), first.count()]).toEqual([1, 2]);
    expect(load()).toBe(first);
    jest.resetModules();
    expect([load().count(), first.count()]).toEqual([1, 3]);
  });

  it('are taken up when their file has changed', () => {
    expect(load().count()).toBe(1);
    appendFileSync(file, 'exports.count = () => "changed";\n');
    jest.resetModules();
    expect(load().count()).toBe('changed');
  });

  it('say the lines of their sources where they fail', () => {
    load();
    jest.resetModules();
    expect(() => load().fail()).toThrow(
      expect.objectContaining({ stack: expect.stringContaining(`${file}:4:`) as string }) as Error,
    );
  });
});

describe('packages', () => {
  it('come from what is packed for services, where that fits', async () => {
    const root = resolve(__dirname, '../../..');
    const { isPackedFor } = jest.requireActual<{ isPackedFor(folder: string, lockFile: string): boolean }>(
      join(root, 'apps/cli/bin/packed-packages.cjs'),
    );
    const isPacked = isPackedFor(join(root, 'apps/cli/packed'), join(root, 'package-lock.json'));
    const { types } = await import('pg');
    // The other way leads past what is packed.
    expect(jest.requireActual<{ types: unknown }>('pg').types === types).toBe(!isPacked);
  });
});
