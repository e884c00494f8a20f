import { mapAtPaths, secretPaths } from '@muster/catalog';
import {
  type ClusterSpec,
  isSealedSecret,
  type Json,
  type JsonObject,
  type SecretBox,
  SecretValue,
} from '@muster/model';

/**
 * The cluster with every setting sealed that the schema declares secret, in the common part and in each node's. A secret
 * that is no text is sealed as JSON.
 */
export function sealSettings(spec: ClusterSpec, schema: JsonObject | null, secretBox: SecretBox): ClusterSpec {
  const seal = (value: Json): Json => {
    if (isSealedSecret(value)) return value;
    const { $sealed } = secretBox.seal(new SecretValue(typeof value === 'string' ? value : JSON.stringify(value)));
    return { $sealed: { ...$sealed } };
  };
  const sealAll = (settings: JsonObject): JsonObject => mapAtPaths(settings, secretPaths(schema, settings), seal);
  return {
    ...spec,
    settings: sealAll(spec.settings),
    nodes: spec.nodes.map((node) => ({ ...node, settings: sealAll(node.settings) })),
  };
}

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
