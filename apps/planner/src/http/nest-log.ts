import type { LoggerService } from '@nestjs/common';
import type { PlannerLogger } from '../planner-ports';

/** Nest's own words in our log; its start-up chatter is left out. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: PlannerLogger) {}

  log(): void {
    // One line per module and route says nothing that the OpenAPI document does not.
  }

  warn(message: unknown, ...more: unknown[]): void {
    this.logger.warn({ from: 'nest', context: contextOf(more) }, String(message));
  }

  error(message: unknown, ...more: unknown[]): void {
    this.logger.error({ from: 'nest', context: contextOf(more) }, String(message));
  }
}

function contextOf(more: readonly unknown[]): string {
  const last = more.at(-1);
  return typeof last === 'string' ? last : '';
}
