import { SecretValue } from '@muster/model';
import { createLogger } from './logger';
import { NestLogger } from './nest-logger';

function capture() {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
  return { lines, stream, last };
}

describe('the log', () => {
  it('is one JSON object a line, with the level by name and the time in ISO 8601', () => {
    const { stream, lines, last } = capture();
    createLogger({ name: 'planner', stream }).info({ deployment: 'd1' }, 'accepted');
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(last()).toMatchObject({ level: 'info', name: 'planner', deployment: 'd1', msg: 'accepted' });
    expect(last()['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('keeps quiet below its level', () => {
    const { stream, lines } = capture();
    const logger = createLogger({ name: 'x', level: 'warn', stream });
    logger.info('no');
    logger.warn('yes');
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['a key at the top', { token: 'MARKER' }],
    ['a key deep down', { node: { access: [{ identity: 'MARKER' }] } }],
    ['a header', { headers: { Authorization: 'Bearer MARKER' } }],
    ['a sealed secret', { value: { $sealed: { data: 'MARKER' } } }],
    ['a tainted value', { value: new SecretValue('MARKER') }],
    ['a key in capitals', { MUSTER_ADMIN_TOKEN: 'MARKER', secretKey: 'MARKER' }],
    ['a password in a URL', { url: 'amqp://muster:MARKER@broker:5672' }],
    [
      'an error',
      { error: new Error('cannot reach postgresql://muster:MARKER@db/x', { cause: new Error('amqp://u:MARKER@h') }) },
    ],
    ['an error as the whole', new Error('cannot reach postgresql://muster:MARKER@db/x')],
    ['bytes', { body: Buffer.from('MARKER') }],
  ])('never shows a secret: %s', (_what, fields) => {
    const { stream, lines } = capture();
    const logger = createLogger({ name: 'x', stream });
    logger.error(fields, 'failed');
    logger.child(fields instanceof Error ? {} : { more: fields }).error(fields);
    logger.error({ fields }, 'to amqp://muster:MARKER@broker %s', 'amqp://muster:MARKER@broker');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('MARKER');
  });

  it('lets no name forge a line or move a cursor', () => {
    const { stream, lines, last } = capture();
    const name = 'n1\n{"level":"fatal"}\r\u001b[2J\u009b2J\u2028\u202enwod\u2066x\u007f';
    createLogger({ name: 'x', stream }).warn({ node: name, [name]: 1, error: new Error(name) }, `lost ${name}`);
    expect(lines).toHaveLength(1);
    // One line feed, at its end, and nothing else but what is to be seen.
    expect(lines[0]).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+\n$/);
    expect(last()).toMatchObject({ level: 'warn', node: name, msg: `lost ${name}` });
  });

  it('survives what refers to itself', () => {
    const { stream, lines } = capture();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    createLogger({ name: 'x', stream }).info(circle, 'round');
    expect(lines).toHaveLength(1);
  });

  it('takes the lines of Nest', () => {
    const { stream, last } = capture();
    const nest = new NestLogger(createLogger({ name: 'x', level: 'trace', stream }));
    nest.error('it broke', 'Error: it broke\n  at x', 'Router');
    expect(last()).toMatchObject({
      level: 'error',
      msg: 'it broke',
      context: 'Router',
      stack: 'Error: it broke\n  at x',
    });
    nest.log('started', 'NestFactory');
    expect(last()).toMatchObject({ level: 'debug', msg: 'started', context: 'NestFactory' });
    nest.error(new Error('bare'));
    expect(last()).toMatchObject({ level: 'error', msg: 'bare', error: { message: 'bare' } });
  });
});
