import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Parts of the launcher, in the order in which they are sent. They lie beside `src` and `dist`, as the shell reads them. */
const PARTS = ['ground', 'hello', 'own', 'look', 'start', 'supervise', 'follow', 'cancel', 'check', 'loop'];

let source: string | undefined;

/** The launcher's functions: comments and indentation left out, since they are sent once per connection. */
export function launcherSource(): string {
  source ??= PARTS.map((part) => readFileSync(join(__dirname, '..', '..', 'launcher', `${part}.sh`), 'utf8'))
    .join('\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');
  return source;
}
