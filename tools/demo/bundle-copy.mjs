import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './folder.mjs';

const { parseDocument, visit } = createRequire(join(root, 'libs/catalog/package.json'))('yaml');

/**
 * Copies the release `examples/NAME` to `target`, with `prefix` in place of `/opt` in its task definitions: nodes on one
 * machine share `/opt`, which an ordinary user cannot write to either. Gives the copy's version: it tells the content, so
 * that a changed example is another release.
 */
export function copyBundle(name, target, prefix) {
  rmSync(target, { recursive: true, force: true });
  cpSync(join(root, 'examples', name), target, { recursive: true });
  const home = join(prefix, name);
  // In a command the path stands between double quotes, where a shell would read these four.
  const quoted = `"${home.replace(/[\\"$`]/g, '\\$&')}`;
  for (const file of readdirSync(join(target, 'tasks'))) {
    edit(join(target, 'tasks', file), (node) => {
      node.value = node.value.replaceAll(new RegExp(`"?/opt/${name}`, 'g'), (it) =>
        it.startsWith('"') ? quoted : home,
      );
    });
  }
  const hash = createHash('sha256');
  for (const file of readdirSync(target, { recursive: true, withFileTypes: true }).sort(byPath)) {
    if (file.isFile()) hash.update(`${file.name}\n`).update(readFileSync(join(file.parentPath, file.name)));
  }
  let version = '';
  edit(join(target, 'release.yaml'), (node, key) => {
    if (key !== 'version') return;
    version = `${node.value}-demo.${hash.digest('hex').slice(0, 8)}`;
    node.value = version;
  });
  return version;
}

/** Rewrites the text values of a YAML file; `key` is that of a value of the top level. */
function edit(file, change) {
  const document = parseDocument(readFileSync(file, 'utf8'));
  visit(document, {
    Scalar(position, node, path) {
      const pair = path.at(-1);
      if (position === 'key' || typeof node.value !== 'string') return;
      change(node, path.length === 3 ? pair.key?.value : undefined);
    },
  });
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}

function byPath(a, b) {
  const [one, other] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return one < other ? -1 : one > other ? 1 : 0;
}
