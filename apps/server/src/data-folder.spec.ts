import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDataFolder } from './data-folder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-server-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the data folder', () => {
  it('is for its user only', async () => {
    const data = join(folder, 'deep', 'data');
    await prepareDataFolder(data);
    expect(mode(data)).toBe('700');
    chmodSync(data, 0o755);
    await prepareDataFolder(data);
    expect(mode(data)).toBe('700');
  });

  it('that cannot be made is a problem of the configuration', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(prepareDataFolder(join(folder, 'file'))).rejects.toMatchObject({
      problems: [{ subject: 'MUSTER_DATA_DIR' }],
    });
  });
});
