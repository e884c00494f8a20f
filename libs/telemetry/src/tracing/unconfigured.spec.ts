import { join } from 'node:path';
import { runProgram, typescriptCommand } from '@muster/testkit';

describe('what is loaded of OpenTelemetry', () => {
  const loaded = async (env: Readonly<Record<string, string>>): Promise<number> => {
    const command = typescriptCommand(join(__dirname, 'unconfigured.testing.ts'));
    return Number(await runProgram(command, { env: { PATH: process.env['PATH'] ?? '', ...env } }));
  };

  it('is nothing unless traces are asked for: no service pays for what nobody reads', async () => {
    expect(await loaded({})).toBe(0);
    expect(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' })).toBe(0);
    expect(await loaded({ OTEL_TRACES_EXPORTER: 'none' })).toBe(0);
    // So that it is seen where it is.
    expect(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })).toBeGreaterThan(10);
  });
});
