import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from './logger';
import { aroundMessage, scopeHeaders, scopeOfHeaders } from './message-scope';
import { currentScope, withoutScope, withScope } from './scope';
import { NO_TRACING } from './tracing/tracing';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('a scope', () => {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLogger({ name: 'x', stream });
  beforeEach(() => void lines.splice(0));

  it('is in each line that is written within, however deep and late, and in none beside it', async () => {
    const deep = async (): Promise<void> => {
      await sleep(1);
      await withScope({ task: 'a@n1', attempt: 2 }, async () => {
        await sleep(1);
        log.info({ own: 1 }, 'within');
      });
    };
    const other = withScope({ requestId: 'r2', task: undefined }, async () => {
      await sleep(1);
      log.info('other');
    });
    await Promise.all([withScope({ requestId: 'r1', transaction: 't1', traceparent: TRACEPARENT }, deep), other]);
    log.info('beside');
    const [within, others, beside] = ['within', 'other', 'beside'].map((msg) =>
      lines.find((line) => line['msg'] === msg),
    );
    expect(within).toMatchObject({
      ...{ requestId: 'r1', transaction: 't1', task: 'a@n1', attempt: 2, own: 1 },
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(within).not.toHaveProperty('traceparent');
    expect(others).toMatchObject({ requestId: 'r2' });
    expect(others).not.toHaveProperty('task');
    expect(beside).not.toHaveProperty('requestId');
  });

  it('gives way to what a line says of itself, and forges none', () => {
    withScope({ requestId: 'r1\n{"level":"fatal"}', deployment: 'd1' }, () => log.warn({ deployment: 'd2' }, 'line'));
    expect(lines).toMatchObject([{ level: 'warn', deployment: 'd2', requestId: 'r1\n{"level":"fatal"}' }]);
  });

  it('is left by what goes on by itself', async () => {
    let later: Promise<unknown> = Promise.resolve();
    withScope({ requestId: 'r1' }, () => {
      withoutScope(() => {
        later = sleep(1).then(() => expect(currentScope()).toEqual({}));
      });
      expect(currentScope()).toEqual({ requestId: 'r1' });
    });
    await later;
  });

  it('goes from service to service in the headers of messages', async () => {
    const headers = withScope({ requestId: 'r1', traceparent: TRACEPARENT, transaction: 't1' }, scopeHeaders);
    expect(headers).toEqual({ traceparent: TRACEPARENT, 'x-request-id': 'r1' });
    expect(scopeOfHeaders(headers)).toEqual({ requestId: 'r1', traceparent: TRACEPARENT });
    expect(scopeHeaders()).toEqual({});
    await aroundMessage(NO_TRACING)({ id: 'm1', schema: 's', headers }, async () => log.info('handled'));
    expect(lines).toMatchObject([{ requestId: 'r1', message: 'm1', msg: 'handled' }]);
  });
});
