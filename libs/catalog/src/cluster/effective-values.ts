import {
  isBlankSecret,
  isJsonObject,
  isSealedSecret,
  type Bundle,
  type ClusterSpec,
  type Json,
  type JsonObject,
} from '@muster/model';
import { factsAt, type PathFacts } from '../settings/schema-at';
import { valueAt } from '../settings/keep-secrets';
import { withDefaults } from '../settings/settings-defaults';
import { deepUnion, settingsSchema } from './effective-settings';
import { settingsLayers } from './settings-layers';

/** Where a value comes from: the default of a bundle's schema, an option, the preset, the cluster or the node. */
export interface SettingOrigin {
  readonly from: 'default' | 'option' | 'preset' | 'cluster' | 'node';
  /** Who says so: `release small@1.0.0`, or the name of the option, preset, cluster or node. */
  readonly by: string;
}

/** A value of a setting, and where it comes from. Secrets are sealed. */
export interface EffectiveValue extends PathFacts {
  readonly path: readonly string[];
  readonly value: Json;
  readonly origin: SettingOrigin;
  /** What it would be if its origin did not say it; null: nothing. */
  readonly inherits: { readonly value: Json; readonly origin: SettingOrigin } | null;
  readonly isBlank: boolean;
}

/**
 * Every setting that has a value as a node sees it (`node` null: as all of them do), in the order of the settings. Lists
 * are one value; so is a secret, whatever it is.
 */
export function effectiveValues(spec: ClusterSpec, bundles: readonly Bundle[], node: string | null): EffectiveValue[] {
  const { schema } = settingsSchema(bundles);
  const layers = settingsLayers(spec, bundles, node);
  const union = layers.reduce<JsonObject>((under, { settings }) => deepUnion(under, settings), {});
  const found: EffectiveValue[] = [];
  const walk = (value: Json, path: string[]): void => {
    if (isJsonObject(value) && !isSealedSecret(value) && Object.keys(value).length > 0) {
      for (const [key, member] of Object.entries(value)) walk(member, [...path, key]);
      return;
    }
    const saying = layers.filter(({ settings }) => valueAt(settings, path) !== undefined).reverse();
    const origins = saying.map(({ from, by, settings }) => ({
      value: valueAt(settings, path) ?? null,
      origin: { from, by },
    }));
    const byDefault = defaultAt(schema, bundles, path);
    const [first, second] = [...origins, ...(byDefault ? [byDefault] : [])];
    // A value that no layer says was made of defaults that depend on others.
    const origin = first?.origin ?? { from: 'default' as const, by: declaringBundle(bundles, path) };
    found.push({
      path,
      value,
      origin,
      inherits: second ?? null,
      isBlank: isBlankSecret(value),
      ...factsAt(schema, path),
    });
  };
  walk(schema ? withDefaults(schema, union) : union, []);
  return found.filter(({ path }) => path.length > 0);
}

function defaultAt(
  schema: JsonObject | null,
  bundles: readonly Bundle[],
  path: readonly string[],
): { readonly value: Json; readonly origin: SettingOrigin } | null {
  const value = schema ? valueAt(withDefaults(schema, {}), path) : undefined;
  return value === undefined ? null : { value, origin: { from: 'default', by: declaringBundle(bundles, path) } };
}

function declaringBundle(bundles: readonly Bundle[], [key = '']: readonly string[]): string {
  const declares = ({ settings }: Bundle): boolean => {
    const properties = settings?.['properties'];
    return isJsonObject(properties) && Object.hasOwn(properties, key);
  };
  const owner = bundles.find(declares) ?? bundles[0];
  return owner ? `${owner.kind} ${owner.name}@${owner.version}` : '';
}
