import { SECRET_MASK } from '@muster/model';
import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { logDestination } from './log-destination';
import { currentScope, scopeFields } from './scope';

export type Logger = PinoLogger;

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** True for what `MUSTER_LOG_LEVEL` may say. */
export function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text);
}

export interface LoggerOptions {
  /** Of the program; in every line. */
  readonly name: string;
  readonly level?: LogLevel;
  /** Default: stderr, since stdout is for data. */
  readonly stream?: DestinationStream;
}

/** Keys whose values are never logged, however deep down and however written. */
const secretKey =
  /^(authorization|cookie|set-?cookie|identity|private_?key|pass(word|phrase|wd)|secret(_?key)?|(\w+_)?token|api_?key|\$sealed)$/i;
const urlPassword = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;

/** A logger that writes one JSON object a line. Values under secret keys and passwords in URLs are masked. */
export function createLogger({ name, level = 'info', stream }: LoggerOptions): Logger {
  const logger = pino(
    {
      name,
      level,
      timestamp: stdTimeFunctions.isoTime,
      // What the line says of itself comes before.
      mixin: () => scopeFields(currentScope()),
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => maskFields(fields, 0) as Record<string, unknown>,
      },
      hooks: {
        // The text of a line, and what is interpolated into it.
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          // Otherwise the error's own message would become the text, past the masks.
          const whole = isError(first)
            ? [{ error: first }, ...(rest.length > 0 ? rest : [first.message])]
            : [first, ...rest];
          const masked = whole.map((each) => (typeof each === 'string' ? maskUrls(each) : each));
          method.apply(this, masked as Parameters<typeof method>);
        },
      },
    },
    harmless(stream ?? logDestination(2, tellLost)),
  );
  function tellLost(lines: number): void {
    logger.warn({ lines }, 'lines of the log could not be written and are lost');
  }
  // No formatter is asked about what a child carries; children inherit this.
  const parent: object = logger;
  const plainChild = Reflect.get(parent, 'child') as (this: Logger, fields: object, ...rest: unknown[]) => Logger;
  function child(this: Logger, fields: object, ...rest: unknown[]): Logger {
    return plainChild.call(this, maskFields(fields, 0) as object, ...rest);
  }
  Object.assign(logger, { child });
  return logger;
}

/** What JSON leaves as it is and a terminal or a viewer acts upon: C1 controls, line separators, marks of writing direction. */
const ACTIVE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Line feeds and escapes are written as `\\n` and `\\u001b` by JSON itself. */
function harmless(stream: DestinationStream): DestinationStream {
  const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return { write: (line) => stream.write(line.replace(ACTIVE, escape)) };
}

/** Deeper than anything that we log on purpose. */
const DEPTH_MAX = 8;

function maskFields(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskUrls(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) return '[too deep]';
  if (value instanceof Date) return value;
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (isError(value)) return maskError(value, depth);
  // A value that knows how it may be shown.
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return maskFields((value as { toJSON(): unknown }).toJSON(), depth + 1);
  if (Array.isArray(value)) return value.map((each) => maskFields(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      secretKey.test(key) ? SECRET_MASK : maskFields(member, depth + 1),
    ]),
  );
}

function maskError(error: Error, depth: number): object {
  return {
    type: error.name,
    message: maskUrls(error.message),
    stack: maskUrls(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: maskFields(error.cause, depth + 1) }),
    ...('code' in error ? { code: error.code } : {}),
  };
}

// Not `instanceof`: an error may come from another realm.
function isError(value: unknown): value is Error {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string' &&
    'stack' in value
  );
}

function maskUrls(text: string): string {
  return text.replace(urlPassword, `$1:${SECRET_MASK}@`);
}
