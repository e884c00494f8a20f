import { isJsonObject, type Json, type SecretBox, type TaskGraph } from '@muster/model';

/**
 * Secrets that the parameters of tasks at `place` were computed from. What was computed is one secret as a whole; a command
 * that was made of one may print the one alone, so each is masked too.
 */
export function sourceSecrets({ secrets = [] }: TaskGraph, place: string, box: SecretBox): readonly string[] {
  return secrets
    .filter((each) => each.place === null || each.place === place)
    .flatMap(({ secret }) => textsOf(box.open(secret).reveal()));
}

/** A setting that is a mapping or list is sealed as its JSON; it is printed as its texts. */
function textsOf(secret: string): string[] {
  if (!/^[[{]/.test(secret)) return [secret];
  try {
    return [secret, ...leavesOf(JSON.parse(secret) as Json)];
  } catch {
    return [secret];
  }
}

function leavesOf(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap((each: Json) => leavesOf(each));
  if (isJsonObject(value)) return Object.values(value).flatMap(leavesOf);
  return value === null || typeof value === 'boolean' ? [] : [String(value)];
}
