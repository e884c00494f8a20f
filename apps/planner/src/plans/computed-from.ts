import { type GraphSecret, isJsonObject, isSealedSecret, type Json, type SealedSecret } from '@muster/model';
import type { PlanOutcome } from '@muster/planning';

/**
 * The secret settings that expressions opened while planning (`opened`: their fingerprints), each once where it is one: in
 * the common part of the settings, or a node's. Empty if none was opened.
 */
export function computedFrom(
  { states }: PlanOutcome,
  opened: ReadonlySet<string>,
): { readonly secrets?: readonly GraphSecret[] } {
  if (opened.size === 0) return {};
  const found = new Map<string, GraphSecret>();
  const add = (place: string | null, part: Json): void => {
    for (const secret of sealedIn(part)) {
      const { fingerprint } = secret.$sealed;
      const key = `${place ?? ''} ${fingerprint}`;
      if (opened.has(fingerprint) && !found.has(key)) found.set(key, { place, secret });
    }
  };
  for (const common of new Set([...states.values()].map((state) => state.common))) add(null, common);
  for (const [place, { node }] of states) add(place, node);
  return { secrets: [...found.values()] };
}

function sealedIn(value: Json): SealedSecret[] {
  if (isSealedSecret(value)) return [value];
  if (Array.isArray(value)) return value.flatMap((each: Json) => sealedIn(each));
  return isJsonObject(value) ? Object.values(value).flatMap(sealedIn) : [];
}
