import type { Logger } from '@muster/telemetry';

/** Gives back what was opened, last first. One that fails is logged and does not keep the others. */
export class Closing {
  readonly #steps: { readonly what: string; readonly close: () => Promise<void> }[] = [];

  constructor(private readonly logger: Logger) {}

  add(what: string, close: () => Promise<void>): void {
    this.#steps.push({ what, close });
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.close();
      } catch (error) {
        this.logger.error({ err: error, what: step.what }, 'closing failed');
      }
    }
  }
}
