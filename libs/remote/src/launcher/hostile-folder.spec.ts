import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openLauncher } from '../testing/launcher-lab.testing';
import { clearFolder, temporaryFolder } from '../testing/node-bed.testing';

describe('a state folder whose name would do harm in a shell', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => clearFolder(folder));

  it.each([
    '$(touch injected)',
    '`touch injected`',
    "a'; touch injected; '",
    'a"; touch injected; "',
    '-rf * ?',
    'a;b|c&d>e',
  ])('is that folder: %j', async (name) => {
    const launcher = await openLauncher({ stateDir: join(folder, name) });
    try {
      await launcher.ask('own', 'inst', 1, 'own');
      expect(await launcher.ask('check', 'a', 20, 'true')).toEqual(['checked', '0']);
      expect(readdirSync(folder)).toEqual([name]);
      expect(existsSync(join(folder, name, 'owner'))).toBe(true);
      expect(existsSync('injected')).toBe(false);
    } finally {
      await launcher.close();
    }
  });
});
