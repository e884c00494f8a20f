import { RENEW_PART } from '@muster/execution';
import { PLANTED_FAULTS, type PlantedFault } from './planted-fault';
import { PROTOCOL_RULES, type ProtocolRule } from './protocol-referees';
import { LEASE_MS } from './scenario';
import { type ProtocolRun, type ProtocolRunOptions, simulateProtocol } from './simulate-protocol';

const TIMES = Number(process.env['MUSTER_PROPERTY_TIMES'] ?? 1);
jest.setTimeout(240_000 * TIMES);

/** More and other ones by `npm run soak`; `npm run simulate-protocol` shows one of them with all that happened. */
const SEEDS = 75 * TIMES;
const FIRST_SEED = Number(process.env['MUSTER_PROPERTY_SEED'] ?? 1);

const TICK_MS = LEASE_MS * RENEW_PART;
/** What a call may take in these models, while nothing is wrong. */
const CALL_MS = 250;

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
        const run = await simulateProtocol({ ...calm, sentence: { call, moment } });
        expect({ call, moment, objections: run.objections }).toEqual({ call, moment, objections: [] });
        takeovers += run.takeovers - first;
        runs++;
      }
    expect(takeovers).toBeGreaterThan(runs / 10);
  });

  it('has a new owner within a tick after the lease of one that died', async () => {
    const overdue: number[] = [];
    for (const seed of [2, 3, 4]) {
      const calm: ProtocolRunOptions = { seed, isCalm: true };
      const { calls } = await simulateProtocol(calm);
      for (let call = 1; call <= calls; call += 5)
        overdue.push(...(await simulateProtocol({ ...calm, sentence: { call, moment: 'between' } })).overdueMs);
    }
    expect(overdue.length).toBeGreaterThan(20);
    expect(Math.max(...overdue)).toBeLessThanOrEqual(TICK_MS + CALL_MS);
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
  /** For each rule what breaks it, the storm that it takes, and where few seeds show it one that has, to begin with. */
  const planted: Readonly<
    Record<ProtocolRule, readonly (readonly [PlantedFault, ProtocolRunOptions['storm']?, number?])[]>
  > = {
    'a decision is stored before it is performed': [['acknowledged-not-stored', undefined, 28]],
    'a machine obeys no older ticket': [['ticket-ignored', SLOW_LINKS, 145]],
    'a machine runs one command at a time': [['busy-ignored']],
    'a task has succeeded only if its command has': [['greener']],
    'an accepted command takes effect once': [['inbox-forgets'], ['inbox-repeats']],
    'each owner has an epoch of its own': [['epoch-stays']],
    'everything ends once the faults are over': [['never-taken-over']],
    'no attempt is started twice': [['claim-forgotten']],
    'no more run at once than a limit allows': [['limit-exceeded']],
    'nothing happens after the end': [['late-commit']],
    'nothing is started without a valid lease': [['clock-stands', SLOW_LINKS, 31]],
    'nothing runs after the end': [['busy-ignored']],
    'nothing starts after its end is stored': [['refused-and-started']],
    'only deployments that were asked for run': [['runs-for-nobody']],
    'only the newest owner appends': [['old-owner-appends', SLOW_LINKS, 11]],
    'only the transaction that claims a machine starts there': [['claims-ignored', undefined, 20]],
    'the log has every number once, in order': [['late-commit']],
    'the planner applies each number once, in order': [['planner-takes-gaps'], ['planner-takes-twice']],
    'the planner hears every event': [['nobody-publishes-for-the-dead']],
    'what can be carried out is not refused': [['refuses-what-it-could-take']],
  };
  const cases = PROTOCOL_RULES.flatMap((rule) =>
    planted[rule].map(([fault, storm, first]) => ({ fault, rule, storm, first })),
  );

  it('every rule, and by every fault that can be planted', () => {
    expect(PROTOCOL_RULES.filter((rule) => planted[rule].length === 0)).toEqual([]);
    expect(new Set(cases.map(({ fault }) => fault))).toEqual(new Set(PLANTED_FAULTS));
  });

  it.each(cases)('$fault: $rule', async ({ fault, rule, storm, first = 1 }) => {
    const found = (run: ProtocolRun): boolean => run.objections.some((each) => each.rule === rule);
    for (const seed of [first, ...Array.from({ length: 400 }, (_, index) => index + 1)])
      if (found(await simulateProtocol({ seed, fault, ...(storm ? { storm } : {}) }))) return;
    throw new Error(`in 400 seeds no referee saw ${fault}`);
  });

  it('and none is seen where none is planted, in the same storms', async () => {
    for (let seed = 1; seed <= 60; seed++)
      expect({ seed, broken: await brokenRules({ seed, storm: SLOW_LINKS }) }).toEqual({ seed, broken: [] });
  });
});
