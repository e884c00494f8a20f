import type { Problem } from '@muster/problems';
import type { CliResult } from './muster';

/** What a command said when it was refused: for programs (`problems`, from stdout) and for people (`stderr`). */
export interface Refusal {
  readonly code: number | null;
  readonly codes: readonly string[];
  readonly problems: readonly Problem[];
  readonly stderr: string;
}

/**
 * Reads the answer of a refused `muster ... -o json`. Fails unless people are told the same as programs: each problem's
 * code, subject, place and remedy.
 */
export function readRefusal({ code, stdout, stderr }: CliResult): Refusal {
  const { problems } = JSON.parse(stdout) as { problems: Problem[] };
  for (const { code: name, subject, remedy, place } of problems) {
    expect(remedy).not.toBe('');
    expect(stderr).toContain(`${name}: ${subject}`);
    expect(stderr).toContain(`-> ${remedy}`);
    if (place?.file !== undefined) expect(stderr).toContain(`${place.file}:${place.line}:`);
  }
  return { code, codes: problems.map((each) => each.code), problems, stderr };
}
