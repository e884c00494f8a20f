import { isJsonObject, type Json, type JsonObject } from './json';

/** What people and logs see in place of a secret. */
export const SECRET_MASK = '<secret>';

/** What they see, and write, in place of a secret that is not there yet. */
export const TO_BE_FILLED = '<to be filled>';

/**
 * A secret at rest or on its way: encrypted with a data key that is itself wrapped by `MUSTER_SECRET_KEY`.
 * Opened only in the executor at the moment of use (and in the planner to compute from it).
 */
export interface SealedSecret {
  readonly $sealed: {
    /** Version of the envelope. */
    readonly v: 1;
    /** Names the wrapping key, so that a wrong one is told from a broken envelope. */
    readonly key: string;
    /** Base64: the wrapped data key, and the encrypted value, each nonce + tag + ciphertext. */
    readonly wrapped: string;
    readonly data: string;
    /** Keyed hash of the value, hex: equal secrets have equal fingerprints; tells nothing else. */
    readonly fingerprint: string;
  };
  /** A place kept for a secret that somebody has to give before anything is deployed. */
  readonly $blank?: true;
}

/** True for a sealed secret; anything else that happens to have the key `$sealed` is refused at the edges. */
export function isSealedSecret(value: unknown): value is SealedSecret {
  if (!isJsonObject(value)) return false;
  const sealed = value['$sealed'];
  return (
    isJsonObject(sealed) &&
    sealed['v'] === 1 &&
    typeof sealed['data'] === 'string' &&
    typeof sealed['wrapped'] === 'string'
  );
}

/**
 * A secret in memory. Taints: prints, serialises and inspects as `<secret>`; only `reveal` gives the value,
 * so that a search for `reveal(` finds every place that handles one.
 */
export class SecretValue {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SECRET_MASK;
  }

  toJSON(): string {
    return SECRET_MASK;
  }

  /** Node's `util.inspect` asks for this symbol. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SECRET_MASK;
  }
}

/** Seals and opens secrets; the adapter knows the key. */
export interface SecretBox {
  seal(value: SecretValue): SealedSecret;
  /** Fails with `ProblemsError` (`CONFIG_INVALID`) if the envelope was made with another key or was changed. */
  open(sealed: SealedSecret): SecretValue;
}

/** `value` sealed: a text as it is, anything else as its JSON; one that is sealed already stays. */
export function sealJson(value: Json, box: SecretBox): Json {
  if (isSealedSecret(value)) return value;
  const { $sealed } = box.seal(new SecretValue(typeof value === 'string' ? value : JSON.stringify(value)));
  return { $sealed: { ...$sealed } };
}

/** A place for a secret that is still to be given; seals no more than a word. */
export function blankSecret(box: SecretBox): JsonObject {
  const { $sealed } = box.seal(new SecretValue(TO_BE_FILLED));
  return { $sealed: { ...$sealed }, $blank: true };
}

/** True for what `blankSecret` made. */
export function isBlankSecret(value: unknown): boolean {
  return isSealedSecret(value) && value.$blank === true;
}

/** `value` with every sealed secret replaced by `<secret>` (a blank one by `<to be filled>`): for plans, events, logs and answers. */
export function maskSecrets(value: Json): Json {
  if (isSealedSecret(value)) return isBlankSecret(value) ? TO_BE_FILLED : SECRET_MASK;
  if (Array.isArray(value)) return value.map((each: Json) => maskSecrets(each));
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, maskSecrets(member)]));
  return value;
}
