import { isSealedSecret, type Json, type JsonObject } from '@muster/model';

/** The settings without their secrets, and the paths where they were. */
export function withoutSecrets(settings: JsonObject): {
  readonly settings: JsonObject;
  readonly leftOut: readonly string[];
} {
  const leftOut: string[] = [];
  const strip = (value: Json, path: string): Json => {
    if (Array.isArray(value)) {
      // A list keeps its length, or the places of the others would change.
      return value.map((each: Json, index) =>
        isSealedSecret(each) ? (leftOut.push(`${path}.${index}`), null) : strip(each, `${path}.${index}`),
      );
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value as JsonObject).flatMap(([key, member]) => {
        const at = path === '' ? key : `${path}.${key}`;
        if (!isSealedSecret(member)) return [[key, strip(member, at)]];
        leftOut.push(at);
        return [];
      }),
    );
  };
  return { settings: strip(settings, '') as JsonObject, leftOut };
}
