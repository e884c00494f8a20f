import fc from 'fast-check';
import { requestOf } from '../testing/api-arbitraries.testing';
import { ContractWorld } from '../testing/contract-world.testing';

/** `npm run fuzz-api -- --runs N --seed S` says both; a run of the tests has a seed of its own every time. */
const RUNS = Number(process.env['MUSTER_FUZZ_RUNS'] ?? 300);
const SEED = process.env['MUSTER_FUZZ_SEED'];
const RUN_MS = 1000;

describe('requests made up from the description', () => {
  let world: ContractWorld;
  beforeAll(async () => {
    world = await ContractWorld.start();
  });
  afterAll(() => world.close());

  it(
    'are answered, as described and never with a failure',
    async () => {
      // Metrics are no JSON and artifacts nobody's but an executor's.
      const operations = world.api.operations.filter((each) => each.right !== 'deployment' && !each.isOpen);
      const asked = fc
        .constantFrom(...operations)
        .chain((operation) => requestOf(world, operation).map((request) => ({ operation, request })));
      await fc.assert(
        fc.asyncProperty(asked, async ({ operation, request }) => {
          const answer = await world.ask(operation, request);
          const faults = world.faultsOf(operation, answer);
          if (faults.length > 0)
            throw new Error(`${faults.join('\n')}\n${JSON.stringify(request)}\n${answer.text.slice(0, 1000)}`);
        }),
        // Every request changes the world: what is tried smaller would be tried in another.
        { numRuns: RUNS, endOnFailure: true, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
      );
      expect(world.planner.log.filter((line) => line.includes('request failed'))).toEqual([]);
    },
    30_000 + RUNS * RUN_MS,
  );
});
