const { existsSync, readdirSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');
const preset = require('./jest.preset.cjs');

const folders = ['apps', 'libs'].flatMap((root) =>
  readdirSync(join(__dirname, root)).map((name) => ({ name, dir: join(__dirname, root, name, 'src') })),
);

module.exports = {
  // More than there are cores: the longest suites mostly wait for services, leases and commands on nodes. With two more, a sixth
  // of two cores stood idle.
  maxWorkers: availableParallelism() + 3,
  testSequencer: join(__dirname, 'tools/jest-sequencer.cjs'),
  // Only the root may set it: in a project it has no effect. Waits have bounds of their own, 20 s mostly; this one ends what hangs.
  testTimeout: 60_000,
  projects: [...folders, { name: 'scenarios', dir: join(__dirname, 'test') }]
    .filter(({ dir }) => existsSync(dir))
    .map(({ name, dir }) => ({
      ...preset,
      displayName: name,
      rootDir: dir,
      testMatch: ['**/*.spec.ts'],
    })),
};
