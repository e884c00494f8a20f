import { didYouMean, isJsonObject, type Bundle, type ClusterSpec, type JsonObject } from '@muster/model';
import { problem, type Place, type Problem } from '@muster/problems';
import { validateJson } from '@muster/model/schema';
import { schemasAt, undeclaredPaths } from '../settings/schema-at';
import { effectiveSettings, settingsSchema } from './effective-settings';
import { commonSettings } from './settings-layers';

type At = (path: readonly string[]) => { place?: Place };

/**
 * Settings of each node as it will see them (common part, its own, defaults) against the schema. What is wrong in the
 * common part is reported once, at the common part.
 */
export function checkClusterSettings(spec: ClusterSpec, bundles: readonly Bundle[], at: At): Problem[] {
  const { schema, problems } = settingsSchema(bundles);
  if (!schema) return problems;
  const common = commonSettings(spec, bundles);
  const seen = new Set<string>();
  const check = (subject: string, own: JsonObject, base: readonly string[]): void => {
    for (const fault of validateJson(schema, effectiveSettings(schema, common, own))) {
      // What nobody gave is the release's own affair.
      if (fault.severity === 'warning') continue;
      const isOwn = base.length > 0 && startsIn(own, fault.path);
      const key = JSON.stringify([isOwn ? subject : '', fault.path, fault.text]);
      if (seen.has(key)) continue;
      seen.add(key);
      const path = fault.path.join('.') || 'settings';
      problems.push(
        problem('CLUSTER_SETTINGS_INVALID', {
          subject: isOwn ? subject : `cluster ${spec.name}`,
          summary: `setting \`${path.slice(0, 200)}\` ${fault.text}`,
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
  return [
    ...problems,
    ...adviseOn(`cluster ${spec.name}`, schema, spec.settings, [], at),
    ...spec.nodes.flatMap(({ name, settings }) => adviseOn(`node ${name}`, schema, settings, ['nodes', name], at)),
  ];
}

/** Warnings about what was given and is deprecated, or declared by nobody. */
function adviseOn(
  subject: string,
  schema: JsonObject,
  settings: JsonObject,
  base: readonly string[],
  at: At,
): Problem[] {
  if (Object.keys(settings).length === 0) return [];
  const deprecated = validateJson(schema, settings).filter(({ severity }) => severity === 'warning');
  return [
    ...deprecated.map(({ path, text }) =>
      problem('CLUSTER_SETTING_DEPRECATED', {
        subject,
        summary: `setting \`${path.join('.').slice(0, 200)}\` ${text}`,
        ...at([...base, 'settings', ...path]),
      }),
    ),
    ...undeclaredPaths(schema, settings).map((path) =>
      problem('CLUSTER_SETTING_UNUSED', {
        subject,
        summary: `setting \`${path.join('.').slice(0, 200)}\` is declared by neither the release nor a plugin`,
        remedy: `Correct its name, or take it away.${didYouMean(path.at(-1) ?? '', neighbours(schema, path))}`,
        ...at([...base, 'settings', ...path]),
      }),
    ),
  ];
}

function neighbours(schema: JsonObject, path: readonly string[]): string[] {
  return (schemasAt(schema, path.slice(0, -1)) ?? []).flatMap(({ properties }) =>
    isJsonObject(properties) ? Object.keys(properties) : [],
  );
}

/** True if the first key of the path is in the node's own settings. */
function startsIn(own: JsonObject, path: readonly string[]): boolean {
  const [first] = path;
  return first !== undefined && Object.hasOwn(own, first);
}
