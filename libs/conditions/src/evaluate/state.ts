import type { Value } from '../values/value';

/** One state of the data: what `$`, `$node` and `$common` stand for outside of any function. */
export interface State {
  readonly data: Value;
  readonly node: Value;
  readonly common: Value;
}
