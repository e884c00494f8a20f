import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CollectedSpan, TestCollector, waitUntil } from '@muster/testkit';
import { ProductionBed } from './bed/production-bed';

jest.setTimeout(180_000);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const OUTSIDE = '00f067aa0ba902b7';
const REQUEST = 'ci-run:4711';
const SECRET = 'MARKER-9f2b1c';

const tasks = `
- { id: one, type: shell, role: [worker], parameters: { cmd: { yaql_exp: "'echo trace $TRACEPARENT; : ' + $.password" } } }
- { id: two, type: shell, role: [worker], requires: [one], parameters: { cmd: 'echo trace $TRACEPARENT; touch ~/began; while [ ! -e ~/go ]; do sleep 0.1; done' } }
- { id: bad, type: shell, role: [worker], requires: [two], onFailure: skip, parameters: { cmd: 'echo trace $TRACEPARENT; exit 3' } }
`;
const release = `
name: traced
version: 1.0.0
roles: { worker: {} }
settings: { type: object, properties: { password: { type: string, secret: true } } }
`;

describe('a deployment that somebody traces', () => {
  let collector: TestCollector;
  let bed: ProductionBed;
  beforeAll(async () => {
    collector = await TestCollector.start();
    bed = await ProductionBed.open(1, 2, collector.env);
    await bed.publish('traced', { 'release.yaml': release, 'tasks.yaml': tasks });
    await bed.apply('traced', 'traced@1.0.0', { host1: ['worker'] }, { settings: { password: SECRET } });
  });
  afterAll(async () => {
    await bed?.close();
    await collector?.stop();
  });

  const deploy = async (): Promise<string> => {
    const response = await fetch(`${bed.planner.ready.url}/api/v1/transactions`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${bed.env['MUSTER_TOKEN']}`, 'content-type': 'application/json' },
        ...{ traceparent: `00-${TRACE}-${OUTSIDE}-01`, 'x-request-id': REQUEST, 'idempotency-key': 'traced' },
      },
      body: JSON.stringify({ cluster: 'traced' }),
    });
    expect(response.headers.get('x-request-id')).toBe(REQUEST);
    const body = (await response.json()) as { transaction: string };
    expect([response.status, body]).toEqual([201, { transaction: expect.any(String) }]);
    return body.transaction;
  };
  const mine = (): CollectedSpan[] => collector.spans.filter(({ traceId }) => traceId === TRACE);
  const named = (name: string): CollectedSpan => {
    const found = mine().filter((span) => span.name === name);
    expect(found.map((span) => span.name)).toEqual([name]);
    return found[0] as CollectedSpan;
  };
  const linesAbout = (file: string, transaction: string): Record<string, unknown>[] =>
    readFileSync(join(bed.folder.path, file), 'utf8')
      .split('\n')
      .filter((line) => line.includes(transaction))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is one trace from the request to the command on the node, also when its executor is killed meanwhile', async () => {
    const transaction = await deploy();
    const home = bed.hosts.hosts[0]?.dataDir ?? '';
    await waitUntil('the second command runs', () => existsSync(join(home, 'began')), { timeoutMs: 60_000 });
    const { owner, others } = await bed.owner(transaction);
    // Spans go in batches, and what is not sent yet dies with its process.
    const sent = ['attempt one', 'handle executor.deployment.start'];
    await waitUntil('what has ended is told', () => sent.every((name) => mine().some((span) => span.name === name)));
    await owner.kill();
    const [next] = others;
    await waitUntil('another owns it', async () => (await bed.status(transaction)).executor === next?.ready.id, {
      timeoutMs: 30_000,
    });
    writeFileSync(join(home, 'go'), '');
    const { state } = await bed.end(transaction);
    expect(state).toBe('succeeded-with-skips');
    const told = ['POST /api/v1/transactions', 'plan', 'send start', 'attempt two', 'attempt bad', 'deployment'];
    await waitUntil('all of it is told', () => told.every((name) => mine().some((span) => span.name === name)));

    const request = named('POST /api/v1/transactions');
    const handled = named('handle executor.deployment.start');
    const deployment = named('deployment');
    const parents = (['plan', 'send start'] as const).map((name) => named(name).parentSpanId);
    expect(request).toMatchObject({ service: 'muster-planner', parentSpanId: OUTSIDE, kind: 2 });
    expect(request.attributes).toMatchObject({ 'http.response.status_code': 201, 'muster.request': REQUEST });
    expect(parents).toEqual([request.spanId, request.spanId]);
    expect(handled).toMatchObject({ service: 'muster-executor', parentSpanId: named('send start').spanId });
    expect(deployment).toMatchObject({
      ...{ service: 'muster-executor', parentSpanId: handled.spanId, failure: null },
      moments: ['owner-changed', 'owner-changed'],
      attributes: { 'muster.transaction': transaction, 'muster.attempts': 3, 'muster.executor': next?.ready.id },
    });
    const attempts = ['attempt one', 'attempt two', 'attempt bad'].map(named);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ service: 'muster-executor', parentSpanId: deployment.spanId });
      expect(attempt.attributes).toMatchObject({
        ...{ 'muster.transaction': transaction, 'muster.node': 'host1', 'muster.attempt': 1 },
      });
      expect(attempt.startedAt).toBeGreaterThanOrEqual(deployment.startedAt);
      expect(attempt.endedAt).toBeLessThanOrEqual(deployment.endedAt);
    }
    // Begun by the one, told by the other.
    expect(attempts.map(({ attributes }) => attributes['muster.executor'])).toEqual([
      ...[owner.ready.id, next?.ready.id, next?.ready.id],
    ]);
    expect(attempts.map(({ failure }) => failure)).toEqual([null, null, 'exit code 3']);

    // What the commands were given is the span that was told of them.
    for (const [index, task] of ['one@host1', 'two@host1', 'bad@host1'].entries()) {
      expect(await bed.logs(transaction, task)).toContain(`trace 00-${TRACE}-${attempts[index]?.spanId}-01`);
    }
    // What goes on by itself is not the request's.
    expect(
      mine()
        .map(({ name }) => name)
        .filter((name) => name.includes('planner.deployment')),
    ).toEqual([]);
    expect(collector.bodies.join()).not.toContain(SECRET);
    expect(collector.bodies.join()).not.toContain('TRACEPARENT');
  });

  it('is found again in the logs of all services by its ids', async () => {
    const [request] = mine().filter(({ name }) => name === 'POST /api/v1/transactions');
    expect(request).toBeDefined();
    const transaction = String(mine().find(({ name }) => name === 'deployment')?.attributes['muster.transaction']);
    const answered = readFileSync(join(bed.folder.path, 'planner.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes(REQUEST) && line.includes('"answered"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answered).toMatchObject([
      { requestId: REQUEST, traceId: TRACE, method: 'POST', path: '/api/v1/transactions', status: 201 },
    ]);
    for (const file of ['executor-1.log', 'executor-2.log']) {
      const lines = linesAbout(file, transaction);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line).toMatchObject({ requestId: REQUEST, traceId: TRACE, transaction });
    }
    const attempts = [
      ...linesAbout('executor-1.log', transaction),
      ...linesAbout('executor-2.log', transaction),
    ].filter(({ msg }) => msg === 'exited with code 3');
    expect(attempts).toMatchObject([{ task: 'bad@host1', node: 'host1', attempt: 1, run: 1 }]);
  });
});
