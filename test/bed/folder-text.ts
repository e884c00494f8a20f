import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names and contents of all files below `folder` that `wanted` wants; what goes away meanwhile is left out. */
export function folderText(folder: string, wanted: (path: string) => boolean = () => true): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(wanted)
    .map((path) => {
      try {
        return `${path}\n${textOf(join(folder, path))}`;
      } catch {
        return path;
      }
    })
    .join('\n');
}

/** Of a pipe that nobody writes to: empty. An ordinary open would wait for a writer, and the process of the test with it. */
function textOf(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readFileSync(file, 'latin1');
  } finally {
    closeSync(file);
  }
}
