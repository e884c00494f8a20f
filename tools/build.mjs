/**
 * `npm run build`: compiles the sources and, meanwhile, packs the packages that services load at start and makes the empty
 * database that they begin with. Does only what has changed. Exits with the first code that is not 0.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** In processes of their own: the compiler keeps one core for as long as the rest takes. */
const run = (...argv) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });

const codes = await Promise.all([
  run(require.resolve('typescript/bin/tsc'), '-b', ...process.argv.slice(2)),
  run(join(root, 'tools/pack-packages.mjs')),
  run(join(root, 'tools/make-database-template.mjs')),
]);
process.exitCode = codes.find((code) => code !== 0) ?? 0;
