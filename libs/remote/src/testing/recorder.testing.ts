import type { NodePort, NodeReport } from '@muster/execution';

/** Everything a port reports, and promises for what is waited for. */
export class Recorder {
  readonly reports: NodeReport[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(port: NodePort) {
    port.onReport((report) => {
      this.reports.push(report);
      for (const look of [...this.#waiting]) look();
    });
  }

  of(attempt: string): NodeReport[] {
    return this.reports.filter((report) => report.attempt === attempt);
  }

  /** The last report of an attempt: its end, or that the link was lost. */
  last(attempt: string): Promise<Exclude<NodeReport, { kind: 'output' | 'node-busy' }>> {
    return this.until(() => {
      const last = this.of(attempt).at(-1);
      return last && last.kind !== 'output' && last.kind !== 'node-busy' ? last : null;
    });
  }

  output(attempt: string, stream: 'stdout' | 'stderr' = 'stdout'): Buffer {
    const pieces = this.of(attempt).flatMap((report) =>
      report.kind === 'output' && report.stream === stream ? [report] : [],
    );
    return Buffer.concat(pieces.map((piece) => piece.bytes));
  }

  until<T>(found: () => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(
          new Error(`waited 20 s for: ${found.toString()}; last reports: ${JSON.stringify(this.reports.slice(-3))}`),
        );
      }, 20_000);
      const look = (): void => {
        const value = found();
        if (value === null) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(value);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** Waits for a fact that nobody reports, looking every few milliseconds. */
export async function eventually<T>(what: string, found: () => T | null | undefined | false): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = found();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited 20 s for: ${what}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}
