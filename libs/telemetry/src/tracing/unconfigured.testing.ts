import { createLogger, openTracing } from '../index';

/** Prints which modules of OpenTelemetry a program has loaded that opened tracing as its environment says. */
async function main(): Promise<void> {
  const tracing = await openTracing(process.env, 'muster-test', 'one', createLogger({ name: 'test', level: 'silent' }));
  // The library of metrics loads the API's types of it by itself; that does nothing.
  const loaded = Object.keys(require.cache).filter((file) => /@opentelemetry.(?!api\b)/.test(file));
  process.stdout.write(JSON.stringify(loaded.length));
  await tracing.close();
}

void main();
