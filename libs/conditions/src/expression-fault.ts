import { positionAt, type Position } from './position';

/**
 * Why an expression could not be read or evaluated. Thrown inside this library only; what leaves it is a value.
 * `value`: the data do not fit (the previous state's faults count as undefined); `limit`: it costs too much;
 * `secret`: a secret was needed that cannot be opened here.
 */
export class ExpressionFault extends Error {
  constructor(
    readonly kind: 'value' | 'limit' | 'secret',
    message: string,
    /** Offset in the source, UTF-16 units. */
    readonly offset: number,
  ) {
    super(message);
  }
}

/** What is told of an expression that has no answer. */
export interface ExpressionFailure {
  readonly ok: false;
  /** Says what is wrong, for people; never contains a value, a secret least of all. */
  readonly summary: string;
  readonly position: Position;
}

export function failure(source: string, fault: ExpressionFault): ExpressionFailure {
  const position = positionAt(source, fault.offset);
  return {
    ok: false,
    summary: `${fault.message} (line ${position.line}, column ${position.column})`,
    position,
  };
}
