/**
 * Packs the packages that the services depend on into one file with what V8 made of it, `apps/cli/packed`: more than half of
 * what a start costs is to find, read and compile 1,500 files of packages. Our own code stays as it is compiled.
 * Does nothing when what is there was made of the same packages by the same means. See docs/decisions/0320.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
const target = join(root, 'apps/cli/packed');
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const digest = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

const SERVICES = ['planner', 'executor', 'server'];
/** These stay where they are: PGlite reads files beside its own; OpenTelemetry is loaded by `import()` too, which would make it two. */
const APART = /^(@electric-sql|@opentelemetry)\//;
/** What packed packages load in a way that packing does not see: it must be the same that the others have. */
const HIDDEN = [['class-transformer/cjs/storage', 'class-transformer']];
/** What packages ask for if it happens to be installed, mostly other transports and native parts, is looked for as before. */
const OPTIONAL = [
  ...[
    '@nestjs/websockets*',
    '@grpc/*',
    '@nats-io/*',
    '@fastify/*',
    'kafkajs',
    'mqtt',
    'ioredis',
    'amqp-connection-manager',
  ],
  ...['swagger-ui-dist', 'pg-native', 'cpu-features', '*.node', '@opentelemetry/*'],
];

/** The folder in which `folder` finds a package, as Node looks for it: one may have a version of its own. */
function installedFor(folder, name) {
  const place = join(folder, 'node_modules', name);
  return existsSync(place) || folder === root ? place : installedFor(dirname(folder), name);
}

/**
 * What the services and the libraries below them depend on: by name the folder of one that does. Where these, or the command
 * line, which is in the same process, have different versions, a package stays apart.
 */
function packages() {
  const dependents = new Map();
  const seen = new Set();
  const visit = (folder) => {
    if (seen.has(folder)) return;
    seen.add(folder);
    for (const name of Object.keys(json(join(folder, 'package.json')).dependencies ?? {})) {
      const own = name.startsWith('@muster/') ? name.slice('@muster/'.length) : null;
      if (own !== null) visit(join(root, existsSync(join(root, 'apps', own)) ? 'apps' : 'libs', own));
      else if (!APART.test(name)) dependents.set(name, [...(dependents.get(name) ?? []), folder]);
    }
  };
  for (const service of SERVICES) visit(join(root, 'apps', service));
  const names = [...dependents.keys()];
  visit(join(root, 'apps/cli'));
  const versions = (name) =>
    new Set(dependents.get(name).map((folder) => json(join(installedFor(folder, name), 'package.json')).version));
  const found = names.filter((name) => versions(name).size === 1).map((name) => [name, dependents.get(name)[0]]);
  return new Map([...found, ...HIDDEN.map(([path, name]) => [path, dependents.get(name)[0]])]);
}

/** The file to begin with: each package as its dependent finds it. */
const entryOf = (found) => ({
  name: 'entry',
  setup(bundle) {
    bundle.onResolve({ filter: /^entry$/ }, () => ({ path: 'entry', namespace: 'entry' }));
    bundle.onLoad({ filter: /./, namespace: 'entry' }, () => ({
      contents: `module.exports = {\n${[...found.keys()].map((name) => `  ${JSON.stringify(name)}: () => require(${JSON.stringify(name)}),\n`).join('')}};`,
    }));
    bundle.onResolve({ filter: /./, namespace: 'entry' }, ({ path, pluginData }) =>
      pluginData === 'asked'
        ? undefined
        : bundle.resolve(path, { resolveDir: found.get(path), kind: 'require-call', pluginData: 'asked' }),
    );
  },
});

async function pack(found, folder) {
  await build({
    entryPoints: ['entry'],
    plugins: [entryOf(found)],
    outfile: join(folder, 'packages.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Node has it as well, besides those that every packer has.
    conditions: ['module-sync'],
    external: OPTIONAL,
    // Frameworks find things by the names of classes.
    keepNames: true,
    define: { 'import.meta.url': '__packedUrl' },
    banner: { js: "const __packedUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
}

/** Loads all packages once, in the Node that will run them, and keeps what its V8 has compiled. */
function compile(folder) {
  const program = `
    const { compilePacked, runPacked } = require(${JSON.stringify(join(root, 'apps/cli/bin/packed-packages.cjs'))});
    const { filename, script } = compilePacked(process.argv[1], ${JSON.stringify(target)});
    const require_ = require('node:module').createRequire(filename);
    for (const get of Object.values(runPacked(script.runInThisContext(), filename, require_))) get();
    require('node:fs').writeFileSync(require('node:path').join(process.argv[1], 'packages.cache'), script.createCachedData());
  `;
  const { status, stderr } = spawnSync(process.execPath, ['-e', program, folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the packed packages cannot be loaded: ${stderr}`);
}

const made = {
  lock: digest(join(root, 'package-lock.json')),
  by: digest(self),
  node: process.version,
  architecture: process.arch,
};
const isMade =
  existsSync(join(target, 'made.json')) && JSON.stringify(json(join(target, 'made.json'))) === JSON.stringify(made);
if (!isMade) {
  // Beside its place, and moved there when it is whole: a service may start at any time.
  const folder = mkdtempSync(`${target}-`);
  try {
    await pack(packages(), folder);
    compile(folder);
    writeFileSync(join(folder, 'made.json'), `${JSON.stringify(made)}\n`);
    // Services may run as another user than the one who builds.
    chmodSync(folder, 0o755);
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
