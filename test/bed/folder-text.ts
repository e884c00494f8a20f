import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names and contents of all files below `folder` that `wanted` wants; what goes away meanwhile is left out. */
export function folderText(folder: string, wanted: (path: string) => boolean = () => true): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(wanted)
    .map((path) => {
      try {
        return `${path}\n${readFileSync(join(folder, path), 'latin1')}`;
      } catch {
        return path;
      }
    })
    .join('\n');
}
