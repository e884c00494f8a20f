/**
 * Runs every command of the README in its order, in one shell, and fails at the first that fails: so that it cannot
 * promise the past. Commands are the blocks marked `sh`; those marked `sh container` need a container engine and are left
 * out. `npm test` is left out too, since whoever runs this runs it anyway. `--print` only prints the script.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
const commands = blocks.filter((block) => block.trim() !== 'npm install && npm test').join('');
if (!commands.includes('npm run demo\n') || !commands.trimEnd().endsWith('npm run demo:stop')) {
  throw new Error('the README no longer starts and ends the demo; adapt it or this script');
}

if (process.argv.includes('--print')) {
  process.stdout.write(commands);
} else {
  const { status } = spawnSync('/bin/sh', ['-exc', commands], { cwd: root, stdio: 'inherit' });
  // Whatever failed, nothing stays up.
  if (status !== 0) spawnSync('npm', ['run', 'demo:stop'], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
