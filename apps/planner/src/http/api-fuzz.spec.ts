import fc from 'fast-check';
import { requestOf } from '../testing/api-arbitraries.testing';
import { ContractWorld } from '../testing/contract-world.testing';

const RUNS = 300;
const TIMES = Number(process.env['MUSTER_PROPERTY_TIMES'] ?? 1);
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
        { numRuns: RUNS, endOnFailure: true },
      );
      expect(world.planner.log.filter((line) => line.includes('request failed'))).toEqual([]);
    },
    30_000 + RUNS * TIMES * RUN_MS,
  );
});
