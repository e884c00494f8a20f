import type { Value } from '../values/value';
import type { Call } from './call';
import type { Parameter } from './parameter';

type Parameters = Readonly<Record<string, Parameter<unknown>>>;
type Arguments<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** `function`: `f(a)`; `method`: `a.f()`; `either`: both. */
export type Form = 'function' | 'method' | 'either';

/** One way of calling a function; a name may have several, told apart by what they take. */
export interface FunctionDefinition {
  readonly name: string;
  readonly form: Form;
  readonly parameters: readonly (readonly [name: string, parameter: Parameter<unknown>])[];
  /**
   * True: members of what it is given pass through it unseen, so that a secret among them stays as it is. False: whatever
   * it is given is opened, and if there was a secret in it, its result is one.
   */
  readonly passesSecrets: boolean;
  readonly run: (values: Readonly<Record<string, unknown>>, call: Call) => Value;
}

/** For functions that pass members through unseen. */
export const PASSES_SECRETS = { passesSecrets: true } as const;

interface Options {
  readonly passesSecrets?: boolean;
}

/** Parameters are in order; their names are those that callers may write before `=>`, as YAQL has them. */
export function define<P extends Parameters>(
  form: Form,
  name: string,
  parameters: P,
  run: (values: Arguments<P>, call: Call) => Value,
  { passesSecrets = false }: Options = {},
): FunctionDefinition {
  return {
    name,
    form,
    parameters: Object.entries(parameters),
    passesSecrets,
    run: run as unknown as FunctionDefinition['run'],
  };
}
