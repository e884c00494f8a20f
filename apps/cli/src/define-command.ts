import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code';
import type { Io } from './io/io';
import { type GlobalOptions, Session } from './session';

/** Where commands leave the exit code; filled by the one that ran. */
export interface Run {
  readonly io: Io;
  exitCode: ExitCode;
}

/** Adds `-o` and the body to a command. `Options` names what its own options and `--reason`, which all take, parse to. */
export function act<Options extends object>(
  run: Run,
  command: Command,
  body: (session: Session, options: Options, args: readonly string[]) => Promise<ExitCode>,
  outputs: readonly string[] = ['table', 'json'],
): void {
  const output = new Option('-o, --output <format>', 'how to print data').choices([...outputs]).default(outputs[0]);
  command.addOption(output).action(async () => {
    const all = command.optsWithGlobals<GlobalOptions>();
    const why = all.reason === undefined ? {} : { reason: all.reason };
    run.exitCode = await body(new Session(run.io, all), { ...command.opts<Options>(), ...why }, command.args);
  });
}

/** Parser of an option that takes `a,b` and may be repeated. */
export function list(value: string, before: readonly string[] | undefined): readonly string[] {
  const names = value.split(',').map((each) => each.trim());
  if (names.some((each) => each === ''))
    throw new InvalidArgumentError('A list of names separated by commas is expected.');
  return [...(before ?? []), ...names];
}

/** Parser of an option that may be repeated. */
export function repeated(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Parser of a number of at least `least`. */
export function number(least: number): (value: string) => number {
  return (value) => {
    const it = Number(value);
    if (value.trim() === '' || !Number.isFinite(it) || it < least)
      throw new InvalidArgumentError(`A number of at least ${least} is expected.`);
    return it;
  };
}

/** Parser of a whole number within bounds. */
export function integer(least: number, most: number): (value: string) => number {
  return (value) => {
    const it = Number(value);
    if (!/^\d+$/.test(value.trim()) || it < least || it > most)
      throw new InvalidArgumentError(`A whole number from ${least} to ${most} is expected.`);
    return it;
  };
}
