import { type ClusterSpec, isJsonObject, type Json, type JsonObject, sealJson, type SecretBox } from '@muster/model';
import { mapAtPaths, secretPaths } from '@muster/model/schema';

/**
 * The cluster with every setting sealed that the schema declares secret, in the common part and in each node's. A secret
 * that is no text is sealed as JSON.
 */
export function sealSettings(spec: ClusterSpec, schema: JsonObject | null, secretBox: SecretBox): ClusterSpec {
  const seal = (value: Json): Json => sealJson(value, secretBox);
  const sealAll = (settings: JsonObject): JsonObject => mapAtPaths(settings, secretPaths(schema, settings), seal);
  return {
    ...spec,
    settings: sealAll(spec.settings),
    ...(spec.preset ? { preset: { ...spec.preset, settings: sealAll(spec.preset.settings) } } : {}),
    nodes: spec.nodes.map((node) => ({ ...node, settings: sealAll(node.settings) })),
  };
}

/** What `sealSettings` sealed: a mapping or list that was sealed as JSON is one again, anything else is its text. */
export function openedSetting(text: string): Json {
  if (!/^[[{]/.test(text)) return text;
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) || Array.isArray(value) ? value : text;
  } catch {
    // Not every text that begins like JSON is some.
    return text;
  }
}
