/**
 * `npm run soak -- [--minutes N] [--times N] [--seed S] [PATTERN...]`: looks for faults that only other seeds show than the one
 * of the tests. Runs every suite with properties, and the simulation of the protocol, each 10 times as long as in the tests
 * (`--times`) and with a new seed in each round, until 10 minutes (`--minutes`) are over or a round fails. `--seed`: one round,
 * with that seed. Patterns choose suites: those whose path contains one of them. Each round says its seed, each failure how to
 * repeat it. Exits with the code of the tests.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROUND_TIMEOUT_MS = 6 * 3_600_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stderr.write(`soak: ${text}\n`);

/** Suites that use fast-check, or read the seed themselves. */
function suites(patterns) {
  const files = ['apps', 'libs', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)),
  );
  return files
    .filter((file) => file.endsWith('.spec.ts') && !/node_modules|\bdist\b/.test(file))
    .filter((file) => patterns.length === 0 || patterns.some((each) => file.includes(each)))
    .filter((file) => /'fast-check'|MUSTER_PROPERTY_SEED/.test(readFileSync(join(root, file), 'utf8')));
}

/** Whether a suite, or what it imports beside it, asks for a database or a broker. Only then are they started. */
function needsServices(file, seen = new Set()) {
  if (seen.has(file)) return false;
  seen.add(file);
  const text = readFileSync(join(root, file), 'utf8');
  if (/\bcreateTest(Database|Vhost)\b/.test(text)) return true;
  return [...text.matchAll(/from '(\.[^']*)'/g)]
    .map(([, path]) => `${join(dirname(file), path)}.ts`)
    .some((path) => existsSync(join(root, path)) && needsServices(path, seen));
}

function round(seed, times, files) {
  say(
    `seed ${seed}, ${times} times the runs, ${files.length} suites; again: npm run soak -- --seed ${seed} --times ${times}`,
  );
  const env = { ...process.env, MUSTER_PROPERTY_SEED: seed, MUSTER_PROPERTY_TIMES: times };
  const jest = ['--testTimeout', String(ROUND_TIMEOUT_MS), '--runTestsByPath', ...files];
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'tools/test.mjs'),
      '--no-build',
      ...(files.some((file) => needsServices(file)) ? [] : ['--no-services']),
      ...jest,
    ],
    {
      cwd: root,
      env,
      stdio: 'inherit',
    },
  );
  return status ?? 1;
}

function main() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { minutes: { ...text, default: '10' }, times: { ...text, default: '10' }, seed: text },
  });
  if (![values.minutes, values.times, values.seed ?? '1'].every((each) => /^[1-9]\d{0,8}$/.test(each)))
    throw new Error('--minutes, --times and --seed are whole numbers from 1');
  const files = suites(positionals);
  if (files.length === 0) throw new Error(`no suite with properties has a path with ${positionals.join(' or ')}`);
  if (values.seed !== undefined) return round(values.seed, values.times, files);
  const end = Date.now() + Number(values.minutes) * 60_000;
  let rounds = 0;
  do {
    rounds++;
    const status = round(String(randomInt(1, 1_000_000_000)), values.times, files);
    if (status !== 0) return status;
  } while (Date.now() < end);
  say(`nothing found in ${rounds} rounds`);
  return 0;
}

try {
  process.exitCode = main();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
