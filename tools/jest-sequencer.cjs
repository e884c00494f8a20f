const { existsSync } = require('node:fs');
const { join, relative } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const root = join(__dirname, '..');

/**
 * The suites that take longest, longest first. Most of what they do is wait for real services, so they have to begin
 * first: one that begins last keeps the run waiting for it alone.
 */
const LONGEST = [
  'test/hostile-nodes',
  'test/outages',
  'test/bad-input',
  'test/survival',
  'test/chaos/chaos',
  'libs/remote/src/launcher/at-most-once',
  'test/protocol/protocol',
  'apps/cli/src/demo',
  'test/master-tasks',
  'test/secrets',
  'test/postgres-ha',
  'test/task-types',
  'libs/messaging/src/rabbit/rabbit-faults',
  'test/pools',
  'test/embedded',
  'apps/planner/src/embedded',
  'libs/storage/src/embedded/embedded-database',
].map((name) => `${name}.spec.ts`);

for (const name of LONGEST) if (!existsSync(join(root, name))) throw new Error(`jest-sequencer: there is no ${name}`);

/** Jest's own order, which knows how long each suite took last time on this machine, or how large its file is; but those first. */
module.exports = class extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = LONGEST.indexOf(relative(root, path).replaceAll('\\', '/'));
      return at < 0 ? LONGEST.length : at;
    };
    return [...super.sort(tests)].sort((one, other) => place(one) - place(other));
  }
};
