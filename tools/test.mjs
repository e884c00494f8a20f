/**
 * `npm test`: builds, obtains one PostgreSQL and one RabbitMQ for the whole run, runs Jest, stops them.
 * Arguments go to Jest, but for `--no-build`: then only what this script itself needs is built, so that one project can be
 * tested while another does not compile; and `--no-services`: for suites that need neither database nor broker. Exits with Jest's code; with 130 or 143 when it is interrupted.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const say = (text) => process.stderr.write(`test: ${text}\n`);

let child = null;
let interruptedBy = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interruptedBy ??= signal;
    child?.kill(signal);
  });
}

/** Runs a program of the workspace to its end and gives its exit code. */
function run(file, args, env = process.env) {
  if (interruptedBy) return Promise.resolve(1);
  return new Promise((resolve, reject) => {
    child = spawn(file, args, { cwd: root, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

const OWN = ['--no-build', '--no-services'];

async function main() {
  const own = process.argv.slice(2).filter((argument) => OWN.includes(argument));
  const jestArguments = process.argv.slice(2).filter((argument) => !OWN.includes(argument));
  const build = own.includes('--no-build')
    ? [require.resolve('typescript/bin/tsc'), '-b', 'libs/testkit']
    : [join(root, 'tools/build.mjs')];
  if ((await run(process.execPath, build)) !== 0) {
    say('the build failed');
    return 1;
  }
  const testkit = require(join(root, 'libs/testkit/dist/index.js'));
  const needed = [...testkit.nodeRequirements];
  await testkit.ensureInstalled(needed, say);
  const jest = require.resolve('jest/bin/jest');
  const test = (env) => run(process.execPath, [jest, '-c', 'jest.config.cjs', ...jestArguments], env);
  if (own.includes('--no-services')) return test(process.env);
  const services = [];
  try {
    // One after the other, since both may have to install packages.
    const postgres = await testkit.obtainPostgres(say);
    services.push(postgres);
    const rabbitmq = await testkit.obtainRabbitmq(say);
    services.push(rabbitmq);
    say(`PostgreSQL: ${postgres.kind}, RabbitMQ: ${rabbitmq.kind}`);
    const env = {
      ...process.env,
      [testkit.POSTGRES_VARIABLE]: postgres.url,
      ...(postgres.kind === 'environment' ? {} : { [testkit.TEMPLATES_VARIABLE]: 'on' }),
      [testkit.RABBITMQ_VARIABLE]: rabbitmq.url,
      [testkit.RABBITMQ_CONTROL_VARIABLE]: JSON.stringify(rabbitmq.control.description),
    };
    return await test(env);
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
if (interruptedBy) process.exitCode = interruptedBy === 'SIGINT' ? 130 : 143;
