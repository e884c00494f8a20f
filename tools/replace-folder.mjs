import { renameSync, rmSync } from 'node:fs';

/**
 * Puts `folder` in the place of `target`, beside which it stands. Whoever looks for `target` meanwhile finds the old one, the new one
 * or none, never a part of one, also when this is killed; of several that do so at once the last one's stays.
 */
export function replaceFolder(folder, target) {
  for (let round = 0; ; round++) {
    const old = `${folder}.old${round}`;
    try {
      renameSync(target, old);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    try {
      renameSync(folder, target);
      return;
    } catch (error) {
      // Another one was faster.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}
