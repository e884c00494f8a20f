import { join } from 'node:path';

/** The command line that runs a TypeScript file in a process of its own, sources of the workspace included, without a build. */
export function typescriptCommand(file: string, ...args: readonly string[]): string[] {
  const register = join(__dirname, '../../../../tools/register-typescript.cjs');
  return [process.execPath, '-C', '@muster/source', '-r', register, file, ...args];
}
