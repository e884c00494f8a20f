import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { escapeWord, quoteWord } from './shell-words';

const noNul = fc
  .string({ unit: 'binary' })
  .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text);

/** What a shell makes of the words, each ended by a NUL. */
function shellSays(script: string, input = ''): string[] {
  const { stdout } = spawnSync('sh', ['-c', script], { input });
  return stdout.toString('utf8').split('\0').slice(0, -1);
}

describe('words for the shell', () => {
  it('quoted ones mean themselves', () => {
    fc.assert(
      fc.property(fc.array(noNul, { minLength: 1, maxLength: 50 }), (texts) => {
        expect(shellSays(texts.map((text) => `printf '%s\\000' ${quoteWord(text)}`).join('\n'))).toEqual(texts);
      }),
      { numRuns: 20 },
    );
  });

  it('escaped ones survive a line, splitting and printf', () => {
    fc.assert(
      fc.property(fc.array(noNul, { minLength: 1, maxLength: 50 }), (texts) => {
        const line = texts.map(escapeWord).join(' ');
        expect(line).toMatch(/^[!-~ ]+$/);
        const script = `set -f; IFS= read -r line; set -- $line; for word in "$@"; do printf '%b' "$word"; printf '\\000'; done`;
        expect(shellSays(script, `${line}\n`)).toEqual(texts);
      }),
      { numRuns: 20 },
    );
  });

  it('escaped ones are never empty, and never the word that means none', () => {
    for (const text of ['', '-']) expect(['', '-']).not.toContain(escapeWord(text));
  });
});
