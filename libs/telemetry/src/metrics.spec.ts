import { Metrics } from './metrics';

it('metrics are read as text, each service and registry apart', async () => {
  const [planner, executor] = [new Metrics('planner'), new Metrics('executor')];
  planner.counter('plans_total', 'Plans made.', ['outcome']).inc({ outcome: 'ok' });
  planner.gauge('queue_length', 'Waiting.', [], (gauge) => gauge.set(3));
  executor.histogram('batch_seconds', 'Commits.').observe(0.002);
  expect(await planner.text()).toContain('muster_plans_total{outcome="ok",service="planner"} 1');
  expect(await planner.text()).toContain('muster_queue_length{service="planner"} 3');
  expect(await planner.text()).not.toContain('batch_seconds');
  expect(await executor.text()).toContain('muster_batch_seconds_count{service="executor"} 1');
});
