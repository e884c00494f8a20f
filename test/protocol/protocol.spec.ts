import type { PlantedFault } from './planted-fault';
import { type ProtocolRun, type ProtocolRunOptions, simulateProtocol } from './simulate-protocol';

const TIMES = Number(process.env['MUSTER_PROPERTY_TIMES'] ?? 1);
jest.setTimeout(240_000 * TIMES);

/** More and other ones by `npm run soak`; `npm run simulate-protocol` shows one of them with all that happened. */
const SEEDS = 150 * TIMES;
const FIRST_SEED = Number(process.env['MUSTER_PROPERTY_SEED'] ?? 1);

async function brokenRules(options: ProtocolRunOptions): Promise<string[]> {
  return (await simulateProtocol(options)).objections.map(({ rule, text }) => `${rule}: ${text}`);
}

describe('the protocol, with the real executors over modelled surroundings', () => {
  it('keeps every rule whatever dies, stops, is late, lost, repeated or overtaken', async () => {
    const broken: Record<string, string[]> = {};
    let takeovers = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const run = await simulateProtocol({ seed });
      takeovers += run.takeovers - run.statuses.length;
      if (run.objections.length > 0)
        broken[`seed ${seed}`] = run.objections.map(({ rule, text }) => `${rule}: ${text}`);
    }
    expect(broken).toEqual({});
    // A storm in which nobody is taken over from would show nothing.
    expect(takeovers).toBeGreaterThan(SEEDS / 2);
  });

  it('gives the same run for the same seed', async () => {
    const traces = [await simulateProtocol({ seed: 5 }), await simulateProtocol({ seed: 5 })].map(({ trace }) => trace);
    expect(traces[0]?.length).toBeGreaterThan(20);
    expect(traces[0]).toEqual(traces[1]);
  });

  it('survives a death of an executor at any call, before it and before its answer', async () => {
    const calm: ProtocolRunOptions = { seed: 2, isCalm: true };
    const { calls, takeovers: first } = await simulateProtocol(calm);
    let takeovers = 0;
    let runs = 0;
    for (let call = 1; call <= calls; call += 3)
      for (const moment of ['before', 'between'] as const) {
        const run = await simulateProtocol({ ...calm, death: { call, moment } });
        expect({ call, moment, objections: run.objections }).toEqual({ call, moment, objections: [] });
        takeovers += run.takeovers - first;
        runs++;
      }
    expect(takeovers).toBeGreaterThan(runs / 10);
  });

  it('does not care that any message comes twice', async () => {
    const calm: ProtocolRunOptions = { seed: 3, isCalm: true };
    const { messages } = await simulateProtocol(calm);
    expect(messages).toBeGreaterThan(5);
    for (let repeatAt = 1; repeatAt <= messages; repeatAt++)
      expect({ repeatAt, broken: await brokenRules({ ...calm, repeatAt }) }).toEqual({ repeatAt, broken: [] });
  });
});

/** Kills and cut links, while many messages take longer than a lease. */
const SLOW_LINKS: ProtocolRunOptions['storm'] = {
  harms: ['kill', 'stop', 'stop', 'cut link', 'road down'],
  weather: { loss: 0, repeat: 0, slow: 0.2, slowMs: 20_000 },
};

describe('each referee sees a planted fault', () => {
  const planted: readonly [PlantedFault, string, ProtocolRunOptions['storm'] | null][] = [
    ['old-owner-appends', 'only the newest owner appends', SLOW_LINKS],
    ['late-commit', 'the log has every number once, in order', null],
    ['late-commit', 'nothing happens after the end', null],
    ['nobody-publishes-for-the-dead', 'the planner hears every event', null],
    ['acknowledged-not-stored', 'a decision is stored before it is performed', null],
    ['epoch-stays', 'each owner has an epoch of its own', null],
    ['never-taken-over', 'everything ends once the faults are over', null],
    ['claims-ignored', 'only the transaction that claims a machine starts there', null],
    ['inbox-forgets', 'an accepted command takes effect once', null],
    ['inbox-repeats', 'an accepted command takes effect once', null],
    ['claim-forgotten', 'no attempt is started twice', null],
    ['refused-and-started', 'nothing starts after its end is stored', null],
    ['busy-ignored', 'a machine runs one command at a time', null],
    ['busy-ignored', 'nothing runs after the end', null],
    ['ticket-ignored', 'a machine obeys no older ticket', SLOW_LINKS],
    ['greener', 'a task has succeeded only if its command has', null],
    ['planner-takes-gaps', 'the planner applies each number once, in order', null],
    ['planner-takes-twice', 'the planner applies each number once, in order', null],
    ['clock-stands', 'nothing is started without a valid lease', SLOW_LINKS],
    ['limit-exceeded', 'no more run at once than a limit allows', null],
  ];

  it.each(planted)('%s: %s', async (fault, rule, storm) => {
    const found = (run: ProtocolRun): boolean => run.objections.some((each) => each.rule === rule);
    for (let seed = 1; seed <= 400; seed++)
      if (found(await simulateProtocol({ seed, fault, ...(storm ? { storm } : {}) }))) return;
    throw new Error(`in 400 seeds no referee saw ${fault}`);
  });

  it('and none is seen where none is planted, in the same storms', async () => {
    for (let seed = 1; seed <= 60; seed++)
      expect({ seed, broken: await brokenRules({ seed, storm: SLOW_LINKS }) }).toEqual({ seed, broken: [] });
  });
});
