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
  'libs/remote/src/launcher/check-leftovers',
  'libs/remote/src/launcher/at-most-once',
  'test/master-tasks',
  'test/chaos/chaos',
  'test/survival',
  'test/bad-input',
  'test/secrets',
  'libs/messaging/src/rabbit/rabbit-faults',
  'test/protocol/protocol',
  'apps/cli/src/identity/sign-in',
  'test/task-types',
  'apps/cli/src/demo',
  'test/pools',
  'libs/storage/src/embedded/embedded-database',
  'test/postgres-ha',
  'apps/planner/src/http/contract',
  'libs/remote/src/shells-node-port',
  'apps/planner/src/previous/previous',
  'test/side-by-side',
  'libs/testkit/src/services/services',
  'test/one-machine',
  'libs/remote/src/launcher/one-at-a-time',
  'libs/simulation/src/makespan',
  'apps/planner/src/transactions/force-close',
  'test/embedded',
  'apps/planner/src/embedded',
  'apps/server/src/start-service',
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
