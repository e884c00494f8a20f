import { packGraph } from '@muster/protocol';
import { DeploymentQuestions } from './deployment-questions';
import { graphOf, TASK } from './executor-bed.testing';
import { HandMovedClock, settled } from './hand-moved-clock.testing';

describe('whose an attempt is that holds a node', () => {
  const deployment = '00000000-0000-4000-8000-000000000001';
  const stored = {
    ...{ graph: new Uint8Array(), lastSeq: 0, owner: null },
    ...{ transaction: 'the-transaction', project: 'blue', cluster: 'the-cluster' },
  };
  const ports = {
    store: { read: async (id: string) => (id === deployment ? stored : null) },
    readGraph: () => Promise.reject(new Error('it cannot be read')),
  };
  const questions = new DeploymentQuestions('e1', ports as never, () => undefined);

  it('is told to people of its project, and to others that it is of another one', async () => {
    const told = await questions.describeAttempt(`${deployment}.3.2`, 'blue');
    expect(told).toBe('attempt 2 of a task, which transaction the-transaction of cluster the-cluster began');
    expect(await questions.describeAttempt(`${deployment}.3.2`, 'default')).toBe('an attempt of another project');
  });

  it('is nothing but its id where nobody knows it', async () => {
    const unknown = '00000000-0000-4000-8000-000000000002.0.1';
    expect(await questions.describeAttempt(unknown, 'blue')).toBe(`attempt ${unknown}`);
    expect(await questions.describeAttempt('rubbish', 'blue')).toBe('attempt rubbish');
  });
});

describe('questions about deployments of others', () => {
  const clock = new HandMovedClock();
  const stored = {
    ...{ graph: new Uint8Array(), lastSeq: 0, owner: null },
    transaction: 't',
    project: 'p',
    cluster: 'c',
  };
  /** Of which the store does not answer. */
  const silent = new Set<string>();
  const asked: string[] = [];
  const ports = {
    clock,
    store: {
      read: (deployment: string) => {
        asked.push(deployment);
        return silent.has(deployment) ? new Promise(() => undefined) : Promise.resolve(stored);
      },
    },
    readGraph: () => Promise.resolve(packGraph(graphOf([TASK]))),
  };
  const questions = new DeploymentQuestions('e1', ports as never, () => undefined);

  it('are answered while the store is silent about one of them, of which is told that it cannot be read now', async () => {
    silent.add('mute');
    const mute = questions.explain('mute', 'a@n1').catch((error: unknown) => error);
    expect(await questions.explain('well', 'a@n1')).toMatchObject({ task: 'a@n1', state: 'waiting' });
    await clock.move(9_000);
    expect(await mute).toMatchObject({
      problems: [
        {
          ...{ code: 'API_UNAVAILABLE', subject: 'deployment mute' },
          summary: 'what is stored of mute could not be read within 9 s',
          remedy: expect.stringContaining('/health/ready'),
        },
      ],
    });
    expect(clock.waiting).toBe(0);
  });

  it('are read two at a time, and none is waited for longer than its asker waits', async () => {
    ['m1', 'm2', 'm3', 'm4'].forEach((each) => silent.add(each));
    asked.length = 0;
    const told = ['m1', 'm2', 'm3'].map((each) => questions.limits(each).catch(String));
    await clock.move(5_000);
    told.push(questions.limits('m4').catch(String));
    const well = questions.limits('well');
    await settled();
    expect(asked).toEqual(['m1', 'm2']);
    await clock.move(4_000);
    expect(await Promise.all(told.slice(0, 3))).toEqual([
      expect.stringContaining('m1 could not be read within 9 s'),
      expect.stringContaining('m2 could not be read within 9 s'),
      expect.stringContaining('m3 could not be read within 9 s'),
    ]);
    expect(await well).toEqual([]);
    expect(asked).toEqual(['m1', 'm2', 'm3', 'm4', 'well']);
    await clock.move(5_000);
    expect(await told[3]).toContain('m4');
  });

  it('leave the judging of a retry to the owner while what is stored cannot be read', async () => {
    silent.add('mute');
    const body = { ...{ deployment: 'mute', who: 'w', why: null }, verb: 'retry' } as const;
    const problems = questions.controlProblems(body);
    await clock.move(9_000);
    expect(await problems).toEqual([]);
    expect(await questions.controlProblems({ ...body, deployment: 'well' })).toHaveLength(1);
  });
});
