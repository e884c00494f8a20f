import type { Sink } from '../io/io';

/** Repaints a few lines at the bottom of a terminal, and prints lasting lines above them. */
export class Painter {
  #painted = 0;

  constructor(private readonly sink: Sink) {}

  /** Replaces what was painted before. Lines are clipped to the terminal's width, and to its height. */
  paint(lines: readonly string[], above: readonly string[] = []): void {
    const shown = lines.slice(0, Math.max(1, this.sink.rows - 1)).map((line) => clip(line, this.sink.columns - 1));
    const up = this.#painted > 0 ? `\u001b[${this.#painted}A\u001b[0J` : '';
    // One write, so that nobody sees the empty place in between.
    this.sink.write(up + [...above, ...shown].map((line) => `${line}\n`).join(''));
    this.#painted = shown.length;
  }

  /** Removes what was painted; lasting lines stay. */
  clear(): void {
    if (this.#painted > 0) this.sink.write(`\u001b[${this.#painted}A\u001b[0J`);
    this.#painted = 0;
  }
}

/** Cuts to `width` visible characters; colour codes count as none and are closed. */
export function clip(line: string, width: number): string {
  let visible = 0;
  let at = 0;
  while (at < line.length) {
    const colour = /^\u001b\[[0-9;]*m/.exec(line.slice(at, at + 12));
    if (colour) {
      at += colour[0].length;
      continue;
    }
    if (visible === width) return `${line.slice(0, at)}${line.includes('\u001b') ? '\u001b[0m' : ''}`;
    visible += 1;
    at += (line.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return line;
}
