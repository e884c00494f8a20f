import type { Bundle, ClusterSpec, JsonObject } from '@muster/model';
import { deepUnion } from './effective-settings';
import { enabledOptions, knownOptions } from './options';

/** Settings from one source; higher layers win. Under all of them lie the defaults of the schema. */
export interface SettingsLayer {
  readonly from: 'option' | 'preset' | 'cluster' | 'node';
  /** Name of the option, preset, cluster or node. */
  readonly by: string;
  readonly settings: JsonObject;
}

/** The layers of the common part, the lowest first; with `node` that node's own on top. */
export function settingsLayers(spec: ClusterSpec, bundles: readonly Bundle[], node: string | null): SettingsLayer[] {
  const known = knownOptions(bundles);
  const options = enabledOptions(spec, known).map((name): SettingsLayer => ({
    from: 'option',
    by: name,
    settings: known.get(name)?.settings ?? {},
  }));
  const own = node === null ? undefined : spec.nodes.find(({ name }) => name === node);
  return [
    ...options.filter(({ settings }) => Object.keys(settings).length > 0),
    ...(spec.preset ? [{ from: 'preset' as const, by: spec.preset.name, settings: spec.preset.settings }] : []),
    { from: 'cluster', by: spec.name, settings: spec.settings },
    ...(own ? [{ from: 'node' as const, by: own.name, settings: own.settings }] : []),
  ];
}

/** The common part of the settings: options that are on below the preset below the cluster's own, without defaults. */
export function commonSettings(spec: ClusterSpec, bundles: readonly Bundle[]): JsonObject {
  return settingsLayers(spec, bundles, null).reduce<JsonObject>(
    (under, { settings }) => deepUnion(under, settings),
    {},
  );
}
