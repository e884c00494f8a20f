import fc from 'fast-check';
import { requestOf } from '../testing/api-arbitraries.testing';
import { ContractWorld } from '../testing/contract-world.testing';

const RUNS = 300;
const TIMES = Number(process.env['MUSTER_PROPERTY_TIMES'] ?? 1);
const RUN_MS = 1000;
const ZERO = '00000000-0000-4000-8000-000000000000';

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

  it('for a page behind a cursor that somebody made up are answered without a failure', async () => {
    const parts = ['zzz', '1.0.0', '999999999', '9'.repeat(16), '2026-99-99T99:99:99.999999Z', ZERO];
    const keys = [...parts.map((part) => [part]), ...parts.flatMap((one) => parts.map((two) => [one, two]))];
    const lists = world.api.operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));
    expect(lists.length).toBeGreaterThan(10);
    const taken = new Set<string>();
    for (const operation of lists) {
      for (const key of keys) {
        const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
        const answer = await world.ask(operation, { query: `?limit=1&cursor=${cursor}` });
        expect([operation.id, key, answer.status < 500]).toEqual([operation.id, key, true]);
        if (answer.status === 200) taken.add(operation.id);
      }
    }
    // A list that took none of them was not tried.
    expect(lists.map(({ id }) => id).filter((id) => !taken.has(id))).toEqual(['listAttempts']);
  });
});
