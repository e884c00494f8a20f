import type { ExecutionLog } from './ports/publishing';

/** Says nothing; remembers the warnings. */
export class QuietLog implements ExecutionLog {
  readonly warnings: string[] = [];

  debug(): void {}

  info(): void {}

  warn(_fields: object, text: string): void {
    this.warnings.push(text);
  }

  error(_fields: object, text: string): void {
    this.warnings.push(text);
  }
}
