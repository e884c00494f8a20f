import { readFileSync } from 'node:fs';
import { runEmbeddedNodes } from './run-embedded-nodes';

/** Entry of a process of its own: `node embedded-nodes-main.js FOLDER PUBLIC_KEY_FILE NAME...`. */
const [, , folder, keyFile, ...names] = process.argv;
if (!folder || !keyFile || names.length === 0) {
  process.stderr.write('usage: embedded-nodes-main FOLDER PUBLIC_KEY_FILE NAME...\n');
  process.exit(1);
}
runEmbeddedNodes(folder, names, readFileSync(keyFile, 'utf8')).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
