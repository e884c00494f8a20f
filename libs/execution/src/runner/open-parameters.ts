import { isJsonObject, isSealedSecret, type Json, type JsonObject, type SecretBox } from '@muster/model';

/** `parameters` with sealed secrets opened, and the secrets that were in them, for the masker. */
export function openParameters(
  parameters: JsonObject,
  box: SecretBox,
): { readonly parameters: JsonObject; readonly secrets: readonly string[] } {
  const secrets: string[] = [];
  const open = (value: Json): Json => {
    if (isSealedSecret(value)) {
      const opened = box.open(value).reveal();
      secrets.push(opened);
      return opened;
    }
    if (Array.isArray(value)) return value.map((each: Json) => open(each));
    if (isJsonObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, open(member)]));
    return value;
  };
  return { parameters: open(parameters) as JsonObject, secrets };
}
