/** How long reading and linting takes of bundles that are large, or made to take long. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './root.mjs';

const require = createRequire(join(root, 'package.json'));

const list = (count, make) => Array.from({ length: count }, (_, at) => make(at));
const shell = (id, more = {}) => ({ id, type: 'shell', roles: ['a'], parameters: { cmd: 'x' }, ...more });
const CHARACTERS = 2_000_000;

/** Definitions until the bundle is as large as the others. */
function filled(make) {
  const lines = [];
  for (let at = 0, size = 0; size < CHARACTERS; at++) {
    const line = `- ${JSON.stringify(make(at))}\n`;
    size += line.length;
    lines.push(line);
  }
  return lines.join('');
}

const manifest = (more = {}) => ({
  path: 'release.yaml',
  text: JSON.stringify({ name: 'r', version: '1.0.0', ...more }),
});
const tasks = (make, more) => () => [manifest(more), { path: 'tasks.yaml', text: filled(make) }];

const BUNDLES = {
  'many tasks': tasks((at) => shell(`t${at}`, { requires: [`t${Math.max(0, at - 1)}`] })),
  'many groups': tasks((at) =>
    at % 2 ? shell(`t${at}`) : { id: `g${at}`, type: 'group', roles: [`r${at}`], tasks: [`t${at + 1}`] },
  ),
  'many files': () => [
    manifest(),
    ...list(4900, (file) => ({
      path: `tasks/f${file}.yaml`,
      text: list(
        8,
        (at) => `- ${JSON.stringify(shell(`t${file}-${at}`, { requires: [`t${file}-${Math.max(0, at - 1)}`] }))}\n`,
      ).join(''),
    })),
  ],
  'small patterns': tasks((at) => shell(`t${at}`, { requires: [`/x${at}/`] })),
  'large patterns': tasks((at) =>
    shell(`t${'a'.repeat(100)}${at}`, { after: [`/t(a?){200}${'(a|b|c)*'.repeat(60)}${at}/`] }),
  ),
  'patterns that all match': tasks((at) => shell(`t${at}`, { 'cross-depends': [{ name: `/t|x${at}/`, role: '*' }] })),
  'many cross relations': tasks((at) =>
    shell(`t${at}`, {
      'cross-depends': list(30, (i) => ({ name: `t${Math.max(0, at - 1 - i * 7)}`, role: `/a|b${i}/` })),
    }),
  ),
  'placements by pattern': tasks((at) => shell(`t${at}`, { roles: list(100, (i) => `/r${at}-${i}/`) })),
  'many roles': tasks((at) => shell(`t${at}`, { roles: [`r${at % 5000}`, `q${(at * 7) % 5000}`] }), {
    roles: Object.fromEntries(
      list(5000, (at) => [`r${at}`, { tags: [`r${at}`, `q${at}`], conflicts: [`r${(at + 1) % 5000}`] }]),
    ),
  }),
  'one file, many writers': tasks((at) => ({
    id: `w${at}`,
    type: 'upload_file',
    roles: list(20, (i) => `r${at}-${i}`),
    parameters: { path: '/etc/motd', data: `${at}` },
  })),
  'misspelt names': tasks((at) =>
    shell(`task-number-${at}`, { requires: list(20, (i) => `tosk-numbre-${at * 20 + i}`) }),
  ),
  'many expressions': tasks((at) =>
    shell(`t${at}`, { condition: { yaql_exp: `$.a${at}.where($.b > 3).select($.c + ${at}).len() > 0` } }),
  ),
  'patterns in expressions': tasks((at) =>
    shell(`t${at}`, {
      condition: {
        yaql_exp: list(15, (i) => `regex("${'((a{1,9}){1,9})'.repeat(20)}${i}-${at}").matches($.x)`).join(' or '),
      },
    }),
  ),
  'many cycles': () => {
    const count = Math.floor(CHARACTERS / 140);
    const others = (at) => [3, 7, 11, 13].map((step) => `t${(at * step + 5) % count}`);
    return [
      manifest(),
      {
        path: 'tasks.yaml',
        text: list(count, (at) => `- ${JSON.stringify(shell(`t${at}`, { after: others(at) }))}\n`).join(''),
      },
    ];
  },
};

/** One after the other in this process; processor time of linting, since others may be at work on the machine. */
export function benchLint() {
  const { parseBundle } = require('@muster/catalog');
  const { lintBundle } = require('@muster/planning');
  return Object.entries(BUNDLES).map(([name, make]) => {
    const entries = make();
    const characters = entries.reduce((sum, { text }) => sum + text.length, 0);
    const reading = process.cpuUsage();
    const { bundle } = parseBundle(entries);
    const readMs = spent(reading);
    const linting = process.cpuUsage();
    const findings = bundle ? lintBundle(bundle) : [];
    const lintMs = spent(linting);
    const unfinished = findings.find(({ code }) => code === 'LINT_NOT_FINISHED');
    return { name, characters, readMs, lintMs, findings: findings.length, isFinished: bundle !== null && !unfinished };
  });
}

function spent(since) {
  const { user, system } = process.cpuUsage(since);
  return Math.round((user + system) / 1000);
}
