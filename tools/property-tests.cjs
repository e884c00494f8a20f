/**
 * What specs get for `fast-check` (see `jest.preset.cjs`): one seed for all of them, so that the same sources give the same test run
 * every time, and a message that says how to repeat a failure. `npm run soak` looks for new faults: with other seeds and more runs
 * (docs/decisions/0280-one-seed-for-tests.md).
 *
 * `MUSTER_PROPERTY_SEED`: another seed. `MUSTER_PROPERTY_TIMES`: every property is tried so many times as often as its suite says.
 * A property that names a seed of its own keeps it.
 */
const { dirname, relative } = require('node:path');
const real = require('fast-check/unchanged');

const whole = (name, otherwise) => {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} is no whole number: ${process.env[name]}`);
  return value;
};
const seed = whole('MUSTER_PROPERTY_SEED', 1);
const times = whole('MUSTER_PROPERTY_TIMES', 1);
const RUNS = 100; // What fast-check itself takes where a property says nothing.

function howToRepeat(its) {
  const suite = relative(dirname(__dirname), globalThis.expect.getState().testPath);
  return `To repeat it: npm run soak -- --seed ${its} --times ${times} ${suite}`;
}

const failure = (out, message) => new Error(`${message}\n\n${howToRepeat(out.seed)}`, { cause: out.errorInstance });

real.configureGlobal({ seed });

function assert(property, parameters = {}) {
  const more = { ...parameters, numRuns: (parameters.numRuns ?? RUNS) * times };
  if (!property.isAsync())
    return real.assert(property, {
      ...more,
      reporter: (out) => {
        if (out.failed) throw failure(out, real.defaultReportMessage(out));
      },
    });
  return real.assert(property, {
    ...more,
    asyncReporter: async (out) => {
      if (out.failed) throw failure(out, await real.asyncDefaultReportMessage(out));
    },
  });
}

const shared = { ...real, assert };
module.exports = { ...shared, __esModule: true, default: { ...real.default, assert } };
