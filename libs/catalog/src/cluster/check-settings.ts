import type { Bundle, ClusterSpec, JsonObject } from '@muster/model';
import { problem, type Place, type Problem } from '@muster/problems';
import { validateJson } from '@muster/model/schema';
import { effectiveSettings, settingsSchema } from './effective-settings';

type At = (path: readonly string[]) => { place?: Place };

/**
 * Settings of each node as it will see them (common part, its own, defaults) against the schema. What is wrong in the
 * common part is reported once, at the common part.
 */
export function checkClusterSettings(spec: ClusterSpec, bundles: readonly Bundle[], at: At): Problem[] {
  const { schema, problems } = settingsSchema(bundles);
  if (!schema) return problems;
  const seen = new Set<string>();
  const check = (subject: string, own: JsonObject, base: readonly string[]): void => {
    for (const fault of validateJson(schema, effectiveSettings(schema, spec.settings, own))) {
      const isOwn = base.length > 0 && startsIn(own, fault.path);
      const key = JSON.stringify([isOwn ? subject : '', fault.path, fault.text]);
      if (seen.has(key)) continue;
      seen.add(key);
      const path = fault.path.join('.') || 'settings';
      problems.push(
        problem('CLUSTER_SETTINGS_INVALID', {
          subject: isOwn ? subject : `cluster ${spec.name}`,
          summary: `setting \`${path.slice(0, 200)}\` ${fault.text}`,
          severity: fault.severity,
          ...at([...(isOwn ? base : []), 'settings', ...fault.path]),
        }),
      );
    }
  };
  // Nodes without settings of their own all see the same.
  if (spec.nodes.length === 0 || spec.nodes.some((node) => Object.keys(node.settings).length === 0))
    check(`cluster ${spec.name}`, {}, []);
  for (const node of spec.nodes)
    if (Object.keys(node.settings).length > 0) check(`node ${node.name}`, node.settings, ['nodes', node.name]);
  return problems;
}

/** True if the first key of the path is in the node's own settings. */
function startsIn(own: JsonObject, path: readonly string[]): boolean {
  const [first] = path;
  return first !== undefined && Object.hasOwn(own, first);
}
