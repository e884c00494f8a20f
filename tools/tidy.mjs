/**
 * What a machine can check of the tree, beyond lint: `node tools/tidy.mjs`. Exits 1 with every finding.
 * Lists the longest source files, too: a question, not a crime.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path && existsSync(path));
const read = (path) => readFileSync(path, 'utf8');
const findings = [];
const find = (paths, pattern, what) => {
  for (const path of paths) {
    read(path)
      .split('\n')
      .forEach((line, index) => {
        if (pattern.test(line)) findings.push(`${path}:${index + 1}: ${what}`);
      });
  }
};
const own = tracked.filter(
  (path) => /\.(ts|mjs|cjs|sh|ya?ml|md|json)$/.test(path) && path !== 'package-lock.json' && path !== 'tools/tidy.mjs',
);
const code = own.filter((path) => /\.(ts|mjs|cjs)$/.test(path));

find(own, /\/w[o]rk\/(main|steering|shared)\//, 'a path of one machine');
find(['package-lock.json'], /"resolved": "https?:/, 'a download address in the lock file');
find(code, /\b(it|test|describe)\.(skip|only|todo)\(|\bx(it|describe)\(/, 'a test switched off, or alone');
find(code, /\b(TODO|FIXME|XXX|HACK)\b(?!')|@ts-(ignore|nocheck)|eslint-disable/, 'unfinished or unsafe');
find(
  code.filter((path) => path.startsWith('libs/') || path.startsWith('apps/')),
  /\bnew Function\(|\beval\(/,
  'evaluates text',
);

// The catalogue of problems and its page say the same, in both directions.
const catalogue = tracked
  .filter((path) => /^libs\/problems\/src\/catalogue\/(?!index)[a-z-]+\.ts$/.test(path))
  .flatMap((path) => [...read(path).matchAll(/^ {2}([A-Z][A-Z0-9_]+): \{/gm)].map((match) => match[1]));
const page = existsSync('docs/errors.md')
  ? [...read('docs/errors.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)`/gm)].map((match) => match[1])
  : [];
for (const code of catalogue.filter((each) => !page.includes(each)))
  findings.push(`docs/errors.md: ${code} is missing; run \`node tools/errors-doc.mjs\``);
for (const code of page.filter((each) => !catalogue.includes(each)))
  findings.push(`docs/errors.md: ${code} is not in the catalogue; run \`node tools/errors-doc.mjs\``);

// So do the kinds of events and theirs.
const kinds = [...read('apps/planner/src/feed/event-kinds.ts').matchAll(/^ {2}'([a-z]+\.[a-z-]+)':/gm)].map(
  (match) => match[1],
);
const told = [...read('docs/reference/events.md').matchAll(/^\| `([a-z]+\.[a-z-]+)`/gm)].map((match) => match[1]);
if (kinds.length === 0 || kinds.join() !== told.join())
  findings.push('docs/reference/events.md: its kinds are not those of event-kinds.ts; run `node tools/events-doc.mjs`');

// And the metrics of both services.
for (const [source, mark] of [
  ['apps/planner/src/health/planner-metrics.ts', 'metrics'],
  ['apps/executor/src/health/executor-metrics.ts', 'executor-metrics'],
]) {
  const metrics = [...read(source).matchAll(/(?:gauge|counter|histogram|single)\(\s*'([a-z_]+)'/g)].map(
    (match) => `muster_${match[1]}`,
  );
  const [, table = ''] = read('docs/reference/operations.md').split(`<!-- ${mark} -->`);
  const described = [...table.split(`<!-- /${mark} -->`)[0].matchAll(/^\| `(muster_[a-z_]+)`/gm)].map(
    (match) => match[1],
  );
  if (metrics.length > 0 && metrics.sort().join() === described.sort().join()) continue;
  findings.push(
    `docs/reference/operations.md: its metrics are not those of ${source}: ${metrics
      .filter((each) => !described.includes(each))
      .concat(described.filter((each) => !metrics.includes(each)))
      .join(', ')}`,
  );
}

// Tests that the pages of promises name are there.
for (const promises of ['docs/internals/api-promises.md', 'docs/internals/execution-promises.md'])
  for (const [, name] of read(promises).matchAll(/`([\w./-]+\.spec\.ts)`/g)) {
    const path = /^(apps|libs|test)\//.test(name)
      ? name
      : name.startsWith('cli/')
        ? name.replace(/^cli\//, 'apps/cli/src/')
        : `apps/planner/src/${name}`;
    if (!tracked.includes(path)) findings.push(`${promises}: ${name} is not there`);
  }

const longest = code
  .filter((path) => path.endsWith('.ts') && !/\.(spec|testing)\.ts$/.test(path))
  .map((path) => ({ path, lines: read(path).split('\n').length }))
  .sort((a, b) => b.lines - a.lines)
  .slice(0, 5);
console.log(
  `tidy: ${tracked.length} files; the longest sources: ${longest.map(({ path, lines }) => `${path} (${lines})`).join(', ')}`,
);
for (const finding of findings) console.error(`tidy: ${finding}`);
process.exit(findings.length > 0 ? 1 : 0);
