import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { TestCollector, waitUntil } from '@muster/testkit';
import { createLogger } from '../logger';
import { currentScope, withScope } from '../scope';
import { isTracingConfigured, openTracing } from './open-tracing';
import { parseTraceparent } from './traceparent';
import { NO_TRACING, type Tracing } from './tracing';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const OUTSIDE = `00-${TRACE}-00f067aa0ba902b7-01`;
const silent = createLogger({ name: 'x', level: 'silent' });

describe('traces', () => {
  const before = { ...process.env };
  let tracing: Tracing = NO_TRACING;
  afterEach(async () => {
    await tracing.close();
    tracing = NO_TRACING;
    for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) delete process.env[name];
    Object.assign(process.env, before);
  });
  /** The SDK reads the process's environment by itself. */
  const open = async (env: Readonly<Record<string, string>>, log = silent): Promise<Tracing> => {
    Object.assign(process.env, env);
    tracing = await openTracing(process.env, 'muster-test', 'one', log);
    return tracing;
  };

  it.each([
    [false, {}],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }],
    [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://x' }],
    [true, { OTEL_TRACES_EXPORTER: 'otlp' }],
    [false, { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }],
    [false, { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x' }],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ])('are %j with %j', (expected, env: Record<string, string>) => {
    expect(isTracingConfigured(env)).toBe(expected);
  });

  it('that this program cannot send are refused, everything at once', async () => {
    const env = {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
    };
    await expect(openTracing(env, 'x', 'one', silent)).rejects.toMatchObject({
      problems: [
        { code: 'CONFIG_INVALID', subject: 'OTEL_TRACES_EXPORTER' },
        { code: 'CONFIG_INVALID', subject: 'OTEL_EXPORTER_OTLP_PROTOCOL' },
        { code: 'CONFIG_INVALID', subject: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
      ],
    });
  });

  it('where they are off pass on the place that came from outside', async () => {
    await withScope({ traceparent: OUTSIDE }, () =>
      NO_TRACING.span({ name: 'x', kind: 'server' }, async () => expect(currentScope().traceparent).toBe(OUTSIDE)),
    );
    expect(NO_TRACING.within(OUTSIDE, 'key')).toBe(OUTSIDE);
  });

  describe('told to a collector', () => {
    let collector: TestCollector;
    beforeEach(async () => void (collector = await TestCollector.start()));
    afterEach(() => collector.stop());

    it('go on where the caller is, one span within the other, with attributes, failures and the service', async () => {
      const { span } = await open({ ...collector.env, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test' }).then(
        (it) => ({ span: it.span.bind(it) }),
      );
      const failed = withScope({ traceparent: OUTSIDE }, () =>
        span({ name: 'outer', kind: 'server', attributes: { a: 1, none: undefined } }, async (outer) => {
          await span({ name: 'inner' }, async () => undefined);
          outer.rename('named later');
          throw new Error('it broke');
        }),
      );
      await expect(failed).rejects.toThrow('it broke');
      await waitUntil('both are told', () => collector.spans.length === 2);
      const [inner, outer] = collector.spans;
      expect(outer).toMatchObject({
        ...{ service: 'muster-test', name: 'named later', traceId: TRACE, parentSpanId: '00f067aa0ba902b7' },
        ...{ attributes: { a: 1 }, failure: 'it broke', kind: 2 },
      });
      expect(inner).toMatchObject({ name: 'inner', traceId: TRACE, parentSpanId: outer?.spanId, failure: null });
      expect(collector.bodies.join()).toContain('"deployment.environment"');
    });

    it('begin with a request, and with nothing else', async () => {
      const it = await open(collector.env);
      await it.span({ name: 'background' }, async () => expect(currentScope().traceparent).toBeUndefined());
      await it.span({ name: 'request', kind: 'server' }, async () =>
        expect(parseTraceparent(currentScope().traceparent ?? '')?.isSampled).toBe(true),
      );
      await waitUntil('it is told', () => collector.spans.length > 0);
      expect(collector.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([['request', '']]);
    });

    it('have the same span whoever ends it, where what happens within was told before', async () => {
      const it = await open(collector.env);
      const within = it.within(OUTSIDE, 'attempt 1');
      expect(it.within(OUTSIDE, 'attempt 1')).toBe(within);
      expect(it.within(OUTSIDE, 'attempt 2')).not.toBe(within);
      it.record({
        ...{ name: 'attempt', key: 'attempt 1', parent: OUTSIDE, startedAt: 1_000, endedAt: 3_500 },
        ...{ attributes: { node: 'n1' }, failure: 'exit code 3' },
        moments: [{ name: 'owner-changed', at: 2_000, attributes: { epoch: 2 } }],
      });
      await waitUntil('it is told', () => collector.spans.length > 0);
      expect(collector.spans).toMatchObject([
        {
          ...{ traceId: TRACE, spanId: parseTraceparent(within)?.spanId, parentSpanId: '00f067aa0ba902b7' },
          ...{ startedAt: 1_000, endedAt: 3_500, failure: 'exit code 3', moments: ['owner-changed'] },
        },
      ]);
    });

    it('are not told where the caller, or the configuration, does not want them sampled', async () => {
      const it = await open({ ...collector.env, OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
      await it.span({ name: 'mine', kind: 'server' }, async () =>
        expect(parseTraceparent(currentScope().traceparent ?? '')?.isSampled).toBe(false),
      );
      const unsampled = OUTSIDE.replace(/01$/, '00');
      await withScope({ traceparent: unsampled }, () => it.span({ name: 'theirs' }, async () => undefined));
      it.record({ name: 'past', key: 'k', parent: unsampled, startedAt: 1, endedAt: 2 });
      expect(it.within(unsampled, 'k')).toMatch(/-00$/);
      await withScope({ traceparent: OUTSIDE }, () => it.span({ name: 'wanted' }, async () => undefined));
      await waitUntil('the wanted one is told', () => collector.spans.length > 0);
      await it.close();
      expect(collector.spans.map(({ name }) => name)).toEqual(['wanted']);
    });

    it('carry the headers that the collector wants, and the last of them on a stop', async () => {
      const it = await open({
        ...collector.env,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20MARKER',
        OTEL_BSP_SCHEDULE_DELAY: '60000',
      });
      await it.span({ name: 'last', kind: 'server' }, async () => undefined);
      await it.close();
      expect(collector.spans.map(({ name }) => name)).toEqual(['last']);
      expect(collector.headers[0]).toMatchObject({ authorization: 'Bearer MARKER' });
    });

    it('that it does not take are dropped, and said once', async () => {
      const lines: string[] = [];
      const log = createLogger({ name: 'x', stream: { write: (line) => void lines.push(line) } });
      collector.answer(400);
      const it = await open({ ...collector.env, OTEL_BSP_SCHEDULE_DELAY: '1' }, log);
      for (let index = 0; index < 3; index++) {
        await it.span({ name: 'x', kind: 'server' }, async () => undefined);
        await waitUntil('it was asked', () => collector.headers.length > index);
      }
      await it.close();
      expect(lines.filter((line) => line.includes('does not take spans'))).toHaveLength(1);
    });
  });

  it('cost nothing but themselves while the collector accepts and never answers', async () => {
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => void sockets.add(socket.on('error', () => undefined).resume()));
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address() as { port: number };
    try {
      const it = await open({
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`, OTEL_BSP_SCHEDULE_DELAY: '1' },
        OTEL_BSP_MAX_QUEUE_SIZE: '50',
      });
      // Many more than are queued: none of them waits, and what is kept is bounded.
      let done = 0;
      for (let index = 0; index < 5_000; index++)
        await it.span({ name: 'x', kind: 'server' }, async () => void (done += 1));
      expect(done).toBe(5_000);
      await it.close();
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => mute.close(resolve));
    }
  });
});
