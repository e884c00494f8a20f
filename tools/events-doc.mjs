/** Writes the table of docs/reference/events.md from the kinds of events: `npm run build && node tools/events-doc.mjs`. */
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = 'docs/reference/events.md';
const { EVENT_KINDS } = createRequire(import.meta.url)('../apps/planner/dist/feed/event-kinds.js');
const cell = (text) => text.replaceAll('|', '\\|');
const member = ([name, { types, meaning }]) => `\`${name}\` ${types.join(' or ')}: ${meaning}`;
const rows = Object.entries(EVENT_KINDS).map(
  ([kind, { when, subject, data }]) =>
    `| \`${kind}\` | ${cell(when)} | ${subject.map((name) => `\`${name}\``).join(', ')} | ${Object.entries(data).map(member).map(cell).join('<br>')} |`,
);
const table = ['| Kind | Told when | Subject | Data |', '|---|---|---|---|', ...rows].join('\n');
const page = readFileSync(PAGE, 'utf8');
const [before] = page.split('<!-- kinds -->');
const [, after] = page.split('<!-- /kinds -->');
writeFileSync(PAGE, `${before}<!-- kinds -->\n\n${table}\n\n<!-- /kinds -->${after}`);
