import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './folder.mjs';

/** Changes with every build that changed something: what was started before is of another version. */
export function buildStamp() {
  const projects = ['apps', 'libs'].flatMap((top) => readdirSync(join(root, top)).map((name) => join(root, top, name)));
  const times = projects.map(
    (project) => statSync(join(project, 'dist', '.tsbuildinfo'), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return String(Math.max(...times));
}
