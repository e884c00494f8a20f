import { Metrics } from './metrics';

it('metrics are read as text, each service and registry apart', async () => {
  const [planner, executor] = [new Metrics('planner'), new Metrics('executor')];
  planner.counter('plans_total', 'Plans made.', ['outcome']).inc({ outcome: 'ok' });
  planner.gauge('queue_length', 'Waiting.', [], (gauge) => gauge.set(3));
  executor.histogram('batch_seconds', 'Commits.').observe(0.002);
  expect(await planner.text()).toContain('muster_plans_total{outcome="ok",service="planner"} 1');
  expect(await planner.text()).toContain('muster_queue_length{service="planner"} 3');
  expect(await planner.text()).not.toContain('batch_seconds');
  // However many there are, they take one connection.
  let asking = 0;
  for (const name of ['one', 'two', 'three'])
    planner.gauge(name, 'Asked for.', [], async (gauge) => {
      asking += 1;
      await new Promise((resolve) => setImmediate(resolve));
      gauge.set(asking);
      asking -= 1;
    });
  expect(await planner.text()).toMatch(/muster_three\{.*\} 1\n/);
  // One that cannot be asked now is left out, and the others are told.
  planner.gauge('away', 'Not to be had.', ['state'], (gauge) => {
    gauge.set({ state: 'old' }, 1);
    throw new Error('the database is away');
  });
  await planner.text();
  expect(await planner.text()).not.toContain('muster_away{');
  expect(await planner.text()).toMatch(/muster_metrics_failed_total\{.*metric="muster_away".*\} [1-9]/);
  expect(await planner.text()).toContain('muster_queue_length{service="planner"} 3');
  expect(await executor.text()).toContain('muster_batch_seconds_count{service="executor"} 1');
});

it('metrics are read in time while somebody who is asked for them is silent', async () => {
  const metrics = new Metrics('planner', 50);
  let answer: () => void = () => undefined;
  let asked = 0;
  let isSilent = true;
  for (const name of ['one', 'two'])
    metrics.gauge(name, 'Asked for.', [], async (gauge) => {
      asked += 1;
      if (isSilent) await new Promise<void>((resolve) => (answer = resolve));
      gauge.set(7);
    });
  metrics.gauge('known', 'In memory.', [], (gauge) => gauge.set(3));
  for (let reading = 0; reading < 3; reading++) {
    const text = await metrics.text();
    expect(text).toContain('muster_known{service="planner"} 3');
    expect(text).not.toContain('muster_one{');
    expect(text).not.toContain('muster_two{');
  }
  // Not once more, however often it is read: each question takes a connection.
  expect(asked).toBe(1);
  expect(await metrics.text()).toMatch(/muster_metrics_failed_total\{.*metric="muster_two".*\} [1-9]/);
  isSilent = false;
  answer();
  await new Promise((resolve) => setImmediate(resolve));
  const after = await metrics.text();
  expect(after).toContain('muster_one{service="planner"} 7');
  expect(after).toContain('muster_two{service="planner"} 7');
});
