/**
 * `npm run fuzz-api -- [--runs N] [--seed S]`: sends N (5,000) requests made up from the OpenAPI description to a planner on
 * a database of its own; fails on the first answer that is a failure, or that the description does not tell of.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5000' }, seed: { type: 'string' } } });
if (![values.runs, values.seed ?? '0'].every((each) => /^-?\d{1,10}$/.test(each))) {
  process.stderr.write('usage: npm run fuzz-api -- [--runs N] [--seed S], both whole numbers\n');
  process.exit(1);
}
const env = { ...process.env, MUSTER_FUZZ_RUNS: values.runs };
if (values.seed !== undefined) env.MUSTER_FUZZ_SEED = values.seed;
const test = join(dirname(fileURLToPath(import.meta.url)), 'test.mjs');
const { status } = spawnSync(process.execPath, [test, '--no-build', '--selectProjects', 'planner', '--', 'api-fuzz'], {
  env,
  stdio: 'inherit',
});
process.exit(status ?? 1);
