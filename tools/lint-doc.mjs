/**
 * Writes into docs/lint.md what `muster lint` advises on Fuel's 202 definitions:
 * `npm run build && MUSTER_FUEL_DATA=... node tools/lint-doc.mjs`. A test compares the two.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const data = process.env.MUSTER_FUEL_DATA ?? '../shared/fuel';
const folder = mkdtempSync(join(tmpdir(), 'muster-lint-'));
try {
  copyFileSync(join(data, 'fuel-library-newton-tasks.yaml'), join(folder, 'tasks.yaml'));
  const answer = execFileSync('npx', ['muster', 'lint', folder, '-o', 'json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const advice = JSON.parse(answer).problems.filter(
    ({ severity, code }) => severity === 'info' && code !== 'LINT_NO_MANIFEST',
  );
  const rows = [...new Set(advice.map(({ code }) => code))].sort().map((code) => {
    const subjects = advice.filter((each) => each.code === code).map(({ subject }) => subject.replace(/^task /, ''));
    return `| \`${code}\` | ${subjects.length} | ${subjects.join(', ')} |`;
  });
  const page = readFileSync('docs/lint.md', 'utf8');
  const [before, rest] = page.split('<!-- advice -->\n');
  const after = rest.split('<!-- end of advice -->')[1];
  const table = ['| Finding | How many | About |', '|---|---|---|', ...rows].join('\n');
  writeFileSync('docs/lint.md', `${before}<!-- advice -->\n\n${table}\n\n<!-- end of advice -->${after}`);
} finally {
  rmSync(folder, { recursive: true });
}
