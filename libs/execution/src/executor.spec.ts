import { type ControlDeployment, isPassingRefusal, type StartDeployment } from '@muster/protocol';
import { D, ExecutorBed, TASK } from './executor-bed.testing';

describe('an executor', () => {
  it('sleeps while its lease is not valid, and acts on what became due meanwhile once it is renewed', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    bed.ended(1, 1);
    await bed.until(() => bed.has('retry-set'));
    bed.isStoreAway = true;
    await bed.clock.move(70_000);
    const before = bed.clock.timers;
    await bed.clock.move(30_000);
    // One for each of the ten ticks that ask for a renewal, and no more.
    expect(bed.clock.timers - before).toBeLessThanOrEqual(11);
    expect(bed.has('retry-due')).toBe(false);
    bed.isStoreAway = false;
    await bed.until(() => bed.started.length === 2);
  });

  it('goes on with a deployment that it has taken over from itself', async () => {
    const bed = new ExecutorBed();
    bed.slow = [];
    await bed.until(() => bed.slow?.length === 1);
    bed.isFree = true;
    await bed.until(() => bed.slow?.length === 2);
    // First to the runner of the epoch before, which is fenced when it says so.
    for (const answer of bed.slow.splice(0)) {
      answer();
      await bed.clock.move(1_000);
    }
    await bed.until(() => bed.started.length > 0);
    bed.ended(1, 0);
    await bed.until(() => bed.events.some((event) => event.type === 'state-changed' && event.state === 'succeeded'));
  });

  it('notes that a machine has booted while nothing ran there, before it starts the next attempt', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    bed.bootId = 'another';
    bed.ended(1, 1);
    await bed.until(() => bed.has('retry-set'));
    await bed.clock.move(60_000);
    await bed.until(() => bed.started.length === 2);
    const noted = bed.events.filter(({ type }) => type === 'node-ready' || type === 'attempt-started');
    expect(noted).toMatchObject([
      { type: 'attempt-started' },
      { type: 'node-ready', bootId: 'b' },
      { type: 'attempt-started' },
      { type: 'node-ready', bootId: 'another' },
    ]);
  });

  it('ends a wait at its timeout, of which no node has a report', async () => {
    const wait = { ...TASK, type: 'wait-for', parameters: { port: 80 }, timeoutMs: 3000 } as const;
    const bed = new ExecutorBed([{ ...wait, retries: { ...wait.retries, count: 0 } }]);
    await bed.until(() => bed.has('attempt-ended'));
    const at = (type: string) => bed.events.find((event) => event.type === type)?.at ?? NaN;
    expect(bed.events).toContainEqual(
      expect.objectContaining({ type: 'attempt-ended', result: { kind: 'timed-out', confirmed: true } }),
    );
    expect(at('attempt-ended') - at('attempt-started')).toBeLessThan(3500);
  });

  describe('while a long log is read', () => {
    /** One that has taken its deployment over and does not get to the end of its log. */
    async function reading(): Promise<ExecutorBed> {
      const bed = new ExecutorBed();
      await bed.until(() => bed.started.length === 1);
      bed.slowLog = [];
      bed.isFree = true;
      await bed.until(() => bed.slowLog?.length === 1);
      return bed;
    }

    it('renews its leases and goes on with all else, and begins where the log ends', async () => {
      const bed = await reading();
      bed.renewed.length = 0;
      await bed.clock.move(60_000);
      expect(bed.renewed.length).toBeGreaterThan(15);
      expect(new Set(bed.renewed)).toEqual(new Set([2]));
      expect(bed.executor.figures().deployments).toBe(1);
      const body: ControlDeployment = { deployment: D, verb: 'cancel', who: 'w', why: null };
      bed.inbox = [{ id: 'c1', body }];
      await bed.clock.move(10_000);
      bed.slowLog?.splice(0).forEach((answer) => answer());
      // Read at once, and no tick later.
      await bed.clock.move(500);
      expect(bed.events.filter(({ type }) => type === 'owner-changed' || type === 'control')).toMatchObject([
        { type: 'owner-changed', epoch: 1 },
        { type: 'owner-changed', epoch: 2 },
        { type: 'control', command: 'c1' },
      ]);
    });

    it('begins nothing once another has taken the deployment over', async () => {
      const bed = await reading();
      bed.epoch++;
      await bed.clock.move(10_000);
      expect(bed.executor.figures()).toMatchObject({ deployments: 0, leasesLost: 2 });
      const asked = bed.asked;
      bed.slowLog?.splice(0).forEach((answer) => answer());
      await bed.clock.move(10_000);
      expect(bed.asked).toBe(asked);
      expect(bed.events.filter(({ type }) => type === 'owner-changed')).toHaveLength(1);
    });

    it('lets its lease pass once nothing of it has come for two minutes, and reads the next', async () => {
      const bed = await reading();
      await bed.clock.move(125_000);
      expect(bed.executor.figures().deployments).toBe(0);
      expect(bed.log.warnings).toContainEqual(expect.stringContaining('does not come'));
      const renewed = bed.renewed.length;
      await bed.clock.move(20_000);
      expect(bed.renewed).toHaveLength(renewed);
      bed.slowLog = null;
      bed.isFree = true;
      await bed.until(() => bed.events.some((event) => event.type === 'owner-changed' && event.epoch === 3));
    });

    it('hands the deployment over when it stops, without waiting for the rest', async () => {
      const bed = await reading();
      // Also when it is asked to in the middle of a renewal.
      bed.slowRenewals = [];
      await bed.until(() => bed.slowRenewals?.length === 1);
      const stopped = bed.executor.stop(5_000);
      await bed.clock.move(10);
      bed.slowRenewals.splice(0).forEach((answer) => answer());
      await bed.until(() => bed.handedOver.length === 1);
      await bed.clock.move(5_000);
      await stopped;
      // Nothing that would keep the process.
      expect(bed.clock.waiting).toBe(0);
      bed.slowLog?.splice(0).forEach((answer) => answer());
      await bed.clock.move(10_000);
      expect(bed.events.filter(({ type }) => type === 'owner-changed')).toHaveLength(1);
    });
  });

  it.each([
    ['what the run before did', { kind: 'earlier', deployment: D, tasks: null }],
    ['a part of its graph', { kind: 'artifact', digest: 'sha256:0' }],
  ] as const)('leaves a deployment to a later try while %s cannot be read', async (_, graph) => {
    const bed = new ExecutorBed(undefined, graph);
    await bed.until(() => bed.log.warnings.some((text) => text.includes('cannot be read now')));
    await bed.clock.move(1_000);
    expect(bed.events).toEqual([]);
    bed.isReadAway = false;
    bed.isFree = true;
    await bed.until(() => bed.has('owner-changed'));
  });

  it('hands its deployments over at once when it stops, also while nothing can be published', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    bed.isBrokerAway = true;
    bed.ended(1, 1);
    await bed.until(() => bed.has('retry-set'));
    let isOver = false;
    void bed.executor.stop(5_000).then(() => (isOver = true));
    await bed.clock.move(100);
    expect({ handedOver: bed.handedOver, isOver }).toEqual({ handedOver: [D], isOver: false });
    await bed.until(() => isOver);
  });

  it('publishes the output that it has when it stops: nobody reads it again', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    bed.said(1, 'oh');
    await bed.until(() => bed.output.length === 1);
    bed.said(1, 'oh!');
    const stopped = bed.executor.stop(5_000);
    await bed.until(() => bed.handedOver.length === 1);
    expect(bed.output).toMatchObject([
      { offset: 0, data: 'b2g=' },
      { offset: 2, data: 'IQ==' },
    ]);
    await bed.clock.move(1_000);
    await stopped;
  });

  it('tells of a command that came with the end that it came too late', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    const body: ControlDeployment = { deployment: D, verb: 'cancel', who: 'w', why: null };
    bed.unread = [{ id: 'late', body }];
    bed.ended(1, 0);
    await bed.until(() => bed.has('control'));
    expect(bed.events.slice(-2)).toMatchObject([
      { type: 'state-changed', state: 'succeeded' },
      { type: 'control', command: 'late', verb: 'cancel', tooLate: true },
    ]);
    expect(bed.events.map(({ seq }) => seq)).toEqual(bed.events.map((_, index) => index + 1));
  });

  it('says of a wait behind a question that cannot be ended whose that is, until it is over', async () => {
    const bed = new ExecutorBed();
    await bed.until(() => bed.started.length === 1);
    const reasons = async () => (await bed.executor.explain(D, 'a@n1'))?.reasons;
    bed.busy(1, 'left-behind');
    await bed.until(() => bed.events.some((event) => event.type === 'node-ready' && event.busyWith !== undefined));
    expect(await reasons()).toMatchObject([
      { code: 'node-busy', text: 'attempt 1 waits for its node, on which still runs attempt left-behind' },
    ]);
    const told = bed.events.length;
    bed.busy(1, 'left-behind');
    bed.busy(1, null);
    await bed.until(() => bed.events.length > told);
    expect(await reasons()).toMatchObject([{ code: 'running', text: 'attempt 1 runs' }]);
    bed.busy(1, 'left-behind');
    // Free before anybody could say whose it is.
    bed.busy(1, null);
    bed.ended(1, 0);
    await bed.until(() => bed.events.some((event) => event.type === 'state-changed' && event.state === 'succeeded'));
    expect(bed.events.filter((event) => event.type === 'node-ready' && event.busyWith !== undefined)).toHaveLength(1);
  });

  describe('that is asked to try again what needs it no more', () => {
    const retry: ControlDeployment = { deployment: D, verb: 'retry', tasks: ['a@n1'], who: 'w', why: null };

    it('refuses, from its own state or from the log, and takes what does something', async () => {
      const bed = new ExecutorBed();
      await bed.until(() => bed.started.length === 1);
      expect(await bed.executor.control('c1', retry)).toMatchObject([
        {
          code: 'CONTROL_NOT_POSSIBLE',
          subject: 'task a@n1',
          summary: expect.stringMatching(/It is running/) as string,
        },
      ]);
      expect(await bed.executor.control('c2', { ...retry, tasks: undefined })).toMatchObject([
        { code: 'CONTROL_NOT_POSSIBLE', subject: `deployment ${D}` },
      ]);
      expect(await bed.executor.control('c3', { ...retry, verb: 'skip' })).toMatchObject([{ subject: 'task a@n1' }]);
      const other = new ExecutorBed();
      other.isFree = false;
      other.isReadAway = false;
      other.logged = bed.events;
      expect(await other.executor.control('c1', retry)).toMatchObject([{ subject: 'task a@n1' }]);
      bed.ended(1, 1);
      await bed.until(() => bed.has('retry-set'));
      expect(await bed.executor.control('c4', retry)).toEqual([]);
      expect(await other.executor.control('c4', retry)).toEqual([]);
      expect(bed.stored).toEqual(['c4']);
      expect(bed.refused).toEqual(['c1', 'c2', 'c3']);
    });

    it('says that a retry of several tasks came too late once it is ending', async () => {
      const other = { ...TASK, task: 'b@n1', definition: 'b' };
      const bed = new ExecutorBed([TASK, other]);
      await bed.until(() => bed.started.length === 1);
      const several = { ...retry, tasks: ['a@n1', 'b@n1'] };
      bed.inbox = [
        { id: 'drain', body: { deployment: D, verb: 'drain', who: 'w', why: null } },
        { id: 'late', body: several },
      ];
      bed.executor.nudged();
      await bed.until(() => bed.has('control'));
      expect(bed.events.filter(({ type }) => type === 'control')).toMatchObject([
        { command: 'drain' },
        { command: 'late', verb: 'retry', judged: true, tooLate: true },
      ]);
    });

    it('says that a retry came too late whose task had gone on when it was read, and goes on', async () => {
      const bed = new ExecutorBed();
      await bed.until(() => bed.started.length === 1);
      bed.ended(1, 1);
      await bed.until(() => bed.has('retry-set'));
      expect(await bed.executor.control('late', retry)).toEqual([]);
      for (let second = 0; second < 60; second++) await bed.clock.move(1000);
      await bed.until(() => bed.started.length === 2);
      bed.inbox = [{ id: 'late', body: retry }];
      bed.executor.nudged();
      await bed.until(() => bed.has('control'));
      expect(bed.events.at(-1)).toMatchObject({ type: 'control', command: 'late', verb: 'retry', tooLate: true });
      bed.ended(2, 0);
      await bed.until(() => bed.events.some((event) => event.type === 'state-changed' && event.state === 'succeeded'));
      expect(bed.started).toHaveLength(2);
    });

    it('ends the delay of a task that waits to be tried again', async () => {
      const bed = new ExecutorBed();
      await bed.until(() => bed.started.length === 1);
      bed.ended(1, 1);
      await bed.until(() => bed.has('retry-set'));
      const before = bed.clock.now();
      bed.inbox = [{ id: 'now', body: retry }];
      bed.executor.nudged();
      await bed.until(() => bed.started.length === 2);
      expect(bed.clock.now() - before).toBeLessThan(1000);
    });
  });

  describe('that cannot fetch what a graph needs', () => {
    const start = (giveUpAt?: number) =>
      ({
        cluster: 'c',
        graph: { kind: 'inline', gzip: '' },
        artifacts: [],
        artifactToken: null,
        giveUpAt,
      }) as unknown as StartDeployment;
    const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);

    it('answers a fault that may pass and keeps no answer, so that the command may come again', async () => {
      const bed = new ExecutorBed();
      bed.missing = [{ text: 'the planner does not answer', isPassing: true }];
      const problems = await bed.executor.accept('c1', start(bed.clock.now() + 1000));
      expect([codes(problems), bed.refused]).toEqual([['DEPLOY_ARTIFACT_UNREACHABLE'], []]);
      expect(isPassingRefusal(problems)).toBe(true);
      bed.missing = [];
      expect(await bed.executor.accept('c1', start(bed.clock.now() + 1000))).toEqual([]);
    });

    it('reads what goes beside a start before it fetches the rest', async () => {
      const bed = new ExecutorBed();
      const digest = `sha256:${'a'.repeat(64)}`;
      bed.beside = { graph: { kind: 'inline', gzip: '' }, nodes: [], artifacts: [{ digest, size: 7 }] };
      const graph = { kind: 'beside', digest: 'd' };
      expect(await bed.executor.accept('c1', { ...start(), graph } as unknown as StartDeployment)).toEqual([]);
      expect(bed.fetched.map(({ digest: each }) => each)).toEqual(['d', digest]);
    });

    it.each([
      ['a fault that will not pass', false, 1000],
      ['a fault that may pass, once the time of the command is over', true, -1],
      ['a fault that may pass, of a command that tells no time', true, null],
    ])('refuses for good for %s', async (_what, isPassing, left) => {
      const bed = new ExecutorBed();
      bed.missing = [{ text: 'it is not there', isPassing }];
      const problems = await bed.executor.accept('c1', start(left === null ? undefined : bed.clock.now() + left));
      expect([codes(problems), bed.refused]).toEqual([['DEPLOY_ARTIFACT_MISSING'], ['c1']]);
      expect(isPassingRefusal(problems)).toBe(false);
    });
  });
});
