import { createRequire } from 'node:module';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './folder.mjs';

const { parseDocument, visit } = createRequire(join(root, 'libs/catalog/package.json'))('yaml');

/**
 * Copies the release `examples/NAME` to `target`, with `prefix` in place of `/opt` in its task definitions: nodes on one
 * machine share `/opt`, which an ordinary user cannot write to either.
 */
export function copyBundle(name, target, prefix) {
  rmSync(target, { recursive: true, force: true });
  cpSync(join(root, 'examples', name), target, { recursive: true });
  for (const file of readdirSync(join(target, 'tasks'))) {
    const document = parseDocument(readFileSync(join(target, 'tasks', file), 'utf8'));
    visit(document, {
      Scalar(key, node) {
        if (typeof node.value === 'string') node.value = node.value.replaceAll(`/opt/${name}`, join(prefix, name));
      },
    });
    writeFileSync(join(target, 'tasks', file), document.toString({ lineWidth: 0 }));
  }
}
