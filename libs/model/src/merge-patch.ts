import { isJsonObject, type Json } from './json';
import { isSealedSecret } from './secret';

/**
 * JSON merge patch (RFC 7396): members of `patch` replace those of `target`, mappings are merged, `null` takes a member
 * away. A sealed secret is one value: it is replaced, never merged into.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch) || isSealedSecret(patch)) return patch;
  const result = new Map<string, Json>(isJsonObject(target) && !isSealedSecret(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key), value));
  }
  // `fromEntries` defines keys, so that `__proto__` is one like any other.
  return Object.fromEntries(result);
}
