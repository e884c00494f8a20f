import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';

it('history, inputs and bulk controls show what the planner tells', async () => {
  const planner = await FakePlanner.start();
  try {
    const run = (line: string) => muster(line, { env: { MUSTER_SERVER: planner.url } });
    const attempt = {
      ...{ run: 1, graphType: 'default', task: 'a@n1', attempt: 2, startedAt: 'then', endedAt: null, end: null },
      ...{ exitCode: null, executor: 'e1', output: { stdout: { from: 0, to: 9 }, stderr: null } },
    };
    planner.answer('GET /transactions/t1/attempts', { items: [attempt], next: null });
    expect((await run('history t1 a@n1')).out).toMatch(/1 +a@n1 +2 +then +- +- +- +e1 +0-9 +-/);
    const inputs = {
      task: 'a@n1',
      run: 1,
      plan: 'sha256:0',
      revision: 3,
      inputs: { parameters: { data: '<secret>' } },
    };
    planner.answer('GET /transactions/t1/tasks/a%40n1/inputs', inputs);
    planner.answer('GET /transactions/t1/tasks/a@n1/inputs', inputs);
    expect(JSON.parse((await run('inputs t1 a@n1 -o json')).out)).toEqual(inputs);
    const problems = [{ code: 'API_NOT_FOUND', severity: 'error', subject: 't2', summary: 'gone', remedy: 'r' }];
    planner.answer('POST /transactions/controls', {
      items: [
        { transaction: 't1', command: 'c', effect: 'taken', problems: [] },
        { transaction: 't2', command: null, effect: 'refused', problems },
      ],
    });
    const bulk = await run('bulk cancel t1 t2 --reason because');
    expect([bulk.code, bulk.out]).toEqual([8, expect.stringMatching(/t1 +taken +-[^]*t2 +refused +gone/)]);
    expect(JSON.parse(planner.seen.at(-1)?.body ?? '')).toEqual({
      ...{ transactions: ['t1', 't2'], verb: 'cancel', reason: 'because' },
    });
    await run('bulk resume t1 t2');
    expect(JSON.parse(planner.seen.at(-1)?.body ?? '')).toMatchObject({ transactions: ['t1', 't2'], verb: 'resume' });
    expect((await run('bulk explode t1')).code).toBe(1);
  } finally {
    await planner.close();
  }
});
