/** Writes docs/errors.md from the catalogue of problems: `npm run build && node tools/errors-doc.mjs`. */
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';

const { catalogue } = createRequire(import.meta.url)('../libs/problems/dist/index.js');
const cell = (text) => text.replaceAll('|', '\\|');
const rows = Object.entries(catalogue)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, { severity, meaning, remedy }]) => `| \`${code}\` | ${severity} | ${cell(meaning)} | ${cell(remedy)} |`);
writeFileSync(
  'docs/errors.md',
  `# Problems\n\nEvery problem that Muster reports, from \`libs/problems/src/catalogue\` (written by \`tools/errors-doc.mjs\`).\n\n| Code | Severity | Means | What to do |\n|---|---|---|---|\n${rows.join('\n')}\n`,
);
