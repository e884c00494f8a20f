import {
  canonicalJson,
  isJsonObject,
  isSealedSecret,
  type Json,
  type JsonObject,
  maskSecrets,
  SECRET_MASK,
  TO_BE_FILLED,
} from '@muster/model';
import { mapAtPaths, secretPaths } from '@muster/model/schema';

/**
 * `settings` as somebody wrote them who saw `<secret>` and `<to be filled>` in the place of secrets: those stay what they
 * are in `before`. In a list the item counts that is otherwise the same. `<to be filled>` with nothing before it becomes
 * what `blank` makes; the paths where `<secret>` stands for nothing are in `lost`.
 */
export function keepSecrets(
  schema: JsonObject | null,
  settings: JsonObject,
  before: JsonObject,
  blank: () => Json,
): { readonly settings: JsonObject; readonly lost: readonly (readonly string[])[] } {
  const lost: (readonly string[])[] = [];
  const masked = secretPaths(schema, settings).filter((path) => isMask(valueAt(settings, path)));
  let kept = settings;
  for (const path of masked) {
    kept = mapAtPaths(kept, [path], (mask) => {
      const there = valueBefore(settings, before, path);
      if (there !== undefined && isSealedSecret(there)) return there;
      if (mask === TO_BE_FILLED) return blank();
      lost.push(path);
      return mask;
    });
  }
  return { settings: kept, lost };
}

function isMask(value: Json | undefined): boolean {
  return value === SECRET_MASK || value === TO_BE_FILLED;
}

/** The value at `path`; undefined where there is none. */
export function valueAt(value: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(key)];
    else at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

/** What stood where `path` leads in `value`: of a list the one item that is the same but for its secrets. */
function valueBefore(value: Json, before: Json, path: readonly string[]): Json | undefined {
  let [at, was]: [Json | undefined, Json | undefined] = [value, before];
  for (const key of path) {
    if (Array.isArray(at)) {
      const item: Json | undefined = (at as readonly Json[])[Number(key)];
      const same: readonly Json[] =
        Array.isArray(was) && item !== undefined ? (was as readonly Json[]).filter((each) => isAlike(each, item)) : [];
      [at, was] = [item, same.length === 1 ? same[0] : undefined];
    } else {
      at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
      was = isJsonObject(was) && !isSealedSecret(was) && Object.hasOwn(was, key) ? was[key] : undefined;
    }
  }
  return was;
}

/** True if an item with masks is the other with its secrets masked. */
function isAlike(before: Json, masked: Json): boolean {
  const plain = (value: Json): string =>
    canonicalJson(maskSecrets(value)).replaceAll(JSON.stringify(TO_BE_FILLED), JSON.stringify(SECRET_MASK));
  return plain(before) === plain(masked);
}
