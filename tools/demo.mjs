/**
 * `npm run demo`: builds, starts five embedded nodes and the embedded server in the background, deploys
 * `examples/web-cluster` on them and exits with the outcome; what it started stays up and is used again by the next run.
 * `npm run demo:stop`: ends everything that the demo started; what is on disk stays.
 * `--no-build`: takes what was built before, for tests.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { running, startInBackground, stopInBackground } from './demo/background.mjs';
import { buildStamp } from './demo/build-stamp.mjs';
import { copyBundle } from './demo/bundle-copy.mjs';
import { files, folder, roles, root } from './demo/folder.mjs';
import { describeNodes, endNodeProcesses, makeIdentity, writeClusterFile } from './demo/nodes.mjs';
import { startOf } from './demo/process-identity.mjs';
import { unfinished, whatChanged } from './demo/transactions.mjs';

const muster = join(root, 'apps/cli/bin/muster.cjs');
const say = (text) => process.stdout.write(`${text}\n`);

// Ctrl-C is for the command in the foreground, which says how to come back; we go on to say the rest.
process.on('SIGINT', () => undefined);

/** Runs a program to its end with our terminal; gives its exit code. */
function run(argv, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd: root, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(signal === 'SIGINT' ? 130 : (code ?? 1)));
  });
}

async function start() {
  if (!process.argv.includes('--no-build')) {
    say('Building...');
    if ((await run([join(root, 'tools/build.mjs')])) !== 0) {
      say('The build failed: nothing was started.');
      return 1;
    }
  }
  // Five nodes on one machine share its /opt: the copy has a folder of the demo instead.
  const version = copyBundle('web-cluster', files.bundle, join(folder, 'opt'));
  await startServices();
  const { url } = running('server').ready;
  writeClusterFile(running('nodes').ready.nodes, version);
  const address = await describeNodes();
  const env = { ...process.env, MUSTER_SERVER: url, MUSTER_DATA_DIR: files.data };
  delete env.MUSTER_TOKEN;
  writeFileSync(
    files.env,
    `export MUSTER_SERVER='${url}' MUSTER_DATA_DIR='${files.data.replaceAll("'", "'\\''")}'\nunset MUSTER_TOKEN\n`,
  );

  for (const transaction of await unfinished(url)) {
    say('\nA deployment of an earlier run goes on; its end comes first.');
    const code = await run([muster, 'watch', transaction, '--timeout', '120'], env);
    if (code === 6) return failed(code);
  }
  const steps = [
    ['release', 'publish', relative(root, files.bundle)],
    ['cluster', 'apply', '-f', relative(root, files.cluster)],
    ['plan', 'web'],
  ];
  for (const step of steps) {
    say(`\n$ muster ${step.join(' ')}`);
    const code = await run([muster, ...step], env);
    if (code !== 0) return failed(code);
  }
  say('\n$ muster deploy web --wait');
  const outcome = await run([muster, 'deploy', 'web', '--wait'], env);
  if (outcome !== 0) return failed(outcome);
  say(closing(address, await whatChanged(url)));
  return 0;
}

/** Uses what an earlier run started, if all of it is well; else cleans up what is left of it first. */
async function startServices() {
  const stamp = buildStamp();
  const [nodes, server] = [running('nodes'), running('server')];
  if (
    nodes?.ready &&
    server?.ready &&
    nodes.stamp === stamp &&
    server.stamp === stamp &&
    (await answers(server.ready.url))
  ) {
    say('The nodes and the server of the last run are up.');
    return;
  }
  if (nodes || server) say('Cleaning up what an earlier run left behind...');
  await stopInBackground('server');
  await stopInBackground('nodes');
  makeIdentity();
  await describeNodes();

  say('Starting five nodes and the server...');
  const entry = join(root, 'libs/remote/dist/embedded/embedded-nodes-main.js');
  await startInBackground('nodes', [entry, files.nodes, files.publicKey, ...Object.keys(roles)], process.env, stamp);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MUSTER_')));
  const serverEnv = { ...env, MUSTER_DATA_DIR: files.data, MUSTER_HTTP_PORT: '0' };
  await startInBackground('server', [muster, 'server'], serverEnv, stamp);
}

async function answers(url) {
  const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(3_000) }).catch(() => null);
  return answer?.ok === true;
}

function failed(code) {
  say(`\nThe demo ended with exit code ${code}. What it started stays up; logs are in ${relative(root, folder)}/.`);
  say('End it with: npm run demo:stop');
  return code;
}

function closing(address, { total, ran, changed }) {
  const left = ran < total ? ` ${total - ran} were left out, since nothing changed that they depend on.` : '';
  const found =
    changed.length > 0
      ? `${changed.length} of ${ran} tasks changed something.${left || ' Run it again to see how little a second deployment does.'}`
      : `${ran} of ${total} tasks ran, and none had anything to change: no server was restarted.${left}`;
  return `
The web service is up: ${address}
${found}

To look around:  . ${relative(process.cwd(), files.env)}
                 npx muster status
To end it all:   npm run demo:stop`;
}

async function stop() {
  const server = await stopInBackground('server');
  const nodes = await stopInBackground('nodes');
  const left = await endNodeProcesses();
  if (!server && !nodes && left === 0) say('Nothing of the demo was running.');
  else
    say(
      `Stopped: ${[server && 'the server', nodes && 'the nodes', left > 0 && `${left} processes on the nodes`].filter(Boolean).join(', ')}.`,
    );
  say(`What it kept is in ${relative(process.cwd(), folder)}; remove that folder to start afresh.`);
  return 0;
}

/** What has started nothing leaves nothing to be ended. */
class AnotherRuns extends Error {}

/** One demo at a time; the file of one that was killed counts for nothing. */
async function alone(body) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const mine = JSON.stringify({ pid: process.pid, start: startOf(process.pid) });
  try {
    writeFileSync(files.lock, mine, { flag: 'wx' });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const pid = livingHolder(readFileSync(files.lock, 'utf8'));
    if (pid !== null)
      throw new AnotherRuns(`another demo command runs (process ${pid}); wait for its end, or end that process`, {
        cause: error,
      });
    writeFileSync(files.lock, mine);
  }
  try {
    return await body();
  } finally {
    rmSync(files.lock, { force: true });
  }
}

/** The process of a lock file's text, if it lives. What was torn by a crash names nobody. */
function livingHolder(text) {
  try {
    const { pid, start } = JSON.parse(text);
    return startOf(pid) === start ? pid : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

const body = { start, stop }[process.argv[2] ?? 'start'];
if (!body) {
  process.stderr.write('usage: node tools/demo.mjs start|stop\n');
  process.exit(1);
}
alone(body).then(
  (code) => (process.exitCode = code),
  (error) => {
    const remedy = error instanceof AnotherRuns ? '' : 'End what it started with: npm run demo:stop\n';
    process.stderr.write(`The demo failed: ${error.message}\n${remedy}`);
    process.exitCode = 1;
  },
);
