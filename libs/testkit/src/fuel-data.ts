import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder of the field's real data, which stay out of the repository; null where they are absent. */
export function fuelData(): string | null {
  const folder = process.env['MUSTER_FUEL_DATA'] ?? resolve(__dirname, '../../../../shared/fuel');
  return existsSync(join(folder, 'planner-cases.json')) ? folder : null;
}

export function readFuel(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}
