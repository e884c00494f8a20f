import { spawn } from 'node:child_process';
import { root } from './root';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a person would, and gives what it said. */
export function muster(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = root,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${root}/apps/cli/bin/muster.cjs`, ...words], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** As `muster -o json`; the last line of its output, parsed. Fails, saying what it said, when it fails. */
export async function musterJson<Answer>(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  const result = await muster([...words, '-o', 'json'], env);
  const last = result.stdout.trim().split('\n').at(-1);
  if (result.code !== 0 || !last)
    throw new Error(`muster ${words.join(' ')} ended with ${result.code}: ${result.stdout}${result.stderr}`);
  return JSON.parse(result.stdout.trim().startsWith('{\n') ? result.stdout : last) as Answer;
}
