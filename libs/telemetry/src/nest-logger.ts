import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger';

/** Nest's own lines in our log. Nest gives the context as the last argument. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // Nest is talkative at its start; that is of interest only when something is wrong with it.
    this.#write('debug', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  #write(level: 'fatal' | 'error' | 'warn' | 'debug' | 'trace', message: unknown, rest: readonly unknown[]): void {
    const texts = rest.filter((each) => typeof each === 'string');
    const context = texts.at(-1);
    // An error's stack comes as a text of its own, before the context.
    const stack = texts.length > 1 ? texts[0] : undefined;
    const fields = { context, ...(stack === undefined ? {} : { stack }) };
    if (typeof message === 'string') this.logger[level](fields, message);
    else
      this.logger[level]({ ...fields, error: message }, message instanceof Error ? message.message : 'see the fields');
  }
}
