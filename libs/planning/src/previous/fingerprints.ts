import {
  canonicalJson,
  isJsonObject,
  isSealedSecret,
  type BundleFile,
  type Json,
  type JsonObject,
  type TaskDefinition,
} from '@muster/model';
import type { Fingerprint } from './previous-states';

/** Characters of a hash that are kept: 128 bits in hex. */
const HASH_LENGTH = 32;

/** Makes fingerprints; what tasks share is hashed once. */
export class Fingerprints {
  readonly #hashes = new Map<string, string>();
  readonly #ofObjects = new WeakMap<object, string>();

  constructor(private readonly sha256: (text: string) => string) {}

  of(
    definition: TaskDefinition,
    parameters: JsonObject,
    files: readonly BundleFile[],
    inputs: JsonObject | null,
  ): Fingerprint {
    return {
      definition: this.definition(definition),
      parameters: this.#ofObject(parameters, () => parameters),
      files: this.#ofObject(files, () => files.map(({ path, digest, executable }) => [path, digest, executable])),
      inputs: inputs && Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, this.value(value)])),
    };
  }

  definition(definition: TaskDefinition): string {
    const { id, type, outputs, repeat } = definition;
    return this.#ofObject(definition, () => ({ id, type, outputs, repeat: repeat ? { ...repeat } : null }));
  }

  value(value: Json): string {
    return this.#hash(canonicalJson(withFingerprints(value)));
  }

  #ofObject(object: object, value: () => Json): string {
    const known = this.#ofObjects.get(object) ?? this.value(value());
    this.#ofObjects.set(object, known);
    return known;
  }

  #hash(text: string): string {
    // Long texts are not kept: they are hardly ever met twice.
    if (text.length > 1000) return this.sha256(text).slice(0, HASH_LENGTH);
    const known = this.#hashes.get(text) ?? this.sha256(text).slice(0, HASH_LENGTH);
    this.#hashes.set(text, known);
    return known;
  }
}

/** Sealing a secret again gives another envelope, so only its fingerprint counts. */
export function withFingerprints(value: Json): Json {
  if (isSealedSecret(value)) return { $sealed: value.$sealed.fingerprint };
  if (Array.isArray(value)) return value.map((each: Json) => withFingerprints(each));
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withFingerprints(member)]));
  return value;
}
