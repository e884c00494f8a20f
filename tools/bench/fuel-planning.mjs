import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './root.mjs';

/** Computes beside three controllers: clusters of 50 to 1,000 nodes. */
const COMPUTES = [47, 97, 197, 497, 997];

/** Folder of the field's task definitions, which stay out of the repository; null where they are absent. */
export function fuelFolder() {
  const folder = resolve(process.env['MUSTER_FUEL_DATA'] ?? join(root, '../shared/fuel'));
  return existsSync(join(folder, 'fuel-library-newton-tasks.yaml')) ? folder : null;
}

/**
 * The field's 202 definitions planned for three controllers and many computes with the settings of examples/openstack-newton:
 * without conditions; with all of them, everything new; with all of them after one of the NTP servers changed. One process
 * for each size, so that its peak memory is that of the size. `execArgv`: options of Node for those.
 */
export function benchFuelPlanning(folder, execArgv = [], sizes = COMPUTES) {
  return sizes.map((computes) => {
    const script = join(root, 'tools/bench/fuel-planning-process.mjs');
    const { status, stdout } = spawnSync(process.execPath, [...execArgv, script, folder, String(computes)], {
      stdio: ['ignore', 'pipe', 2],
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`planning for ${computes} computes ended with ${status}`);
    return JSON.parse(stdout);
  });
}
