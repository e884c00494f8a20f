import { join } from 'node:path';
import { runProgram, typescriptCommand } from '@muster/testkit';

describe('what is loaded of the two services', () => {
  const loaded = async (...services: readonly string[]): Promise<unknown> => {
    const command = typescriptCommand(join(__dirname, 'loaded.testing.ts'), ...services);
    return JSON.parse(await runProgram(command, { env: { PATH: process.env['PATH'] ?? '' } }));
  };

  it('is nothing before one is started, and then that one: half of an executor would be a planner else', async () => {
    expect(await loaded()).toEqual([]);
    expect(await loaded('executor')).toEqual(['executor']);
    // So that it is seen where it is.
    expect(await loaded('planner')).toEqual(['planner']);
  });
});
