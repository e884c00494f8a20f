import { Chaos } from './run-chaos';

jest.setTimeout(600_000);

/** Small: one of everything that `npm run chaos` does for longer and on more machines. */
describe('chaos', () => {
  let chaos: Chaos;

  beforeAll(async () => {
    chaos = await Chaos.open({ hosts: 7, tasksPerHost: 7, say: () => undefined });
  });
  afterAll(() => chaos?.close());

  it('while everything is killed each attempt starts once, all ends as undisturbed, and no event is missing or doubled', async () => {
    expect(chaos.undisturbed.state).toBe('succeeded');
    const run = await chaos.run(1);
    expect(run.objections).toEqual([]);
    expect(Object.keys(run.faults).length).toBeGreaterThan(3);
    expect(run.records.epoch).toBeGreaterThan(1);
  });
});
