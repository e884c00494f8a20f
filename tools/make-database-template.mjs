/**
 * Makes the empty database that the embedded database begins with, `libs/storage/template`: a server would else make the same
 * at each first start, for 3 s of CPU. Does nothing when the same version has made one. See docs/decisions/0321.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { replaceFolder } from './replace-folder.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(join(root, 'libs/storage/package.json'));
const target = join(root, 'libs/storage/template');
const pglite = require.resolve('@electric-sql/pglite');
const { version } = JSON.parse(readFileSync(join(dirname(pglite), '../package.json'), 'utf8'));
const made = `${JSON.stringify({ pglite: version })}\n`;

const isMade = existsSync(join(target, 'made.json')) && readFileSync(join(target, 'made.json'), 'utf8') === made;
if (!isMade) {
  // Beside its place, and moved there when it is whole: a server may start at any time.
  const folder = mkdtempSync(`${target}-`);
  try {
    const { PGlite } = require('@electric-sql/pglite');
    await (await PGlite.create(join(folder, 'pgdata'))).close();
    writeFileSync(join(folder, 'made.json'), made);
    // Servers may run as another user than the one who builds; what they copy, they keep to themselves.
    chmodSync(folder, 0o755);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o644);
    replaceFolder(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
