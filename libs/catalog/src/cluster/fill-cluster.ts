import {
  blankSecret,
  type ClusterSpec,
  isBlankSecret,
  isJsonObject,
  isSealedSecret,
  type Json,
  type JsonObject,
  type SecretBox,
} from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { fillGenerated, type RandomBytes } from '../settings/generate';
import { keepSecrets } from '../settings/keep-secrets';
import type { PlaceOf } from './check-cluster';
import { deepUnion } from './effective-settings';

/** What a cluster is filled up from. */
export interface FillFrom {
  /** The cluster as it is now; null: there is none. */
  readonly base: ClusterSpec | null;
  /** Whether generated values that are left out stay as they were. */
  readonly keepGenerated: boolean;
  readonly box: SecretBox;
  readonly random: RandomBytes;
}

/**
 * The cluster with everything that it does not say itself: secrets that it shows as `<secret>` or `<to be filled>` are those
 * of `base`, and what the schema generates is there. Values made here are not sealed yet.
 */
export function fillCluster(
  spec: ClusterSpec,
  schema: JsonObject | null,
  { base, keepGenerated, box, random }: FillFrom,
  placeOf: PlaceOf,
): { readonly spec: ClusterSpec; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const blank = (): Json => blankSecret(box);
  const keep = (settings: JsonObject, before: JsonObject | undefined, at: readonly string[]): JsonObject => {
    const kept = keepSecrets(schema, settings, before ?? {}, blank);
    for (const path of kept.lost) {
      problems.push(
        problem('CLUSTER_SECRET_MASKED', {
          subject: `setting ${path.join('.').slice(0, 200)}`,
          summary: 'is `<secret>`, and there is no secret that could be meant',
          place: placeOf([...at, ...path]),
        }),
      );
    }
    return kept.settings;
  };
  const preset = spec.preset && {
    ...spec.preset,
    settings: keep(spec.preset.settings, base?.preset?.settings, ['preset', 'settings']),
  };
  const settings = keep(spec.settings, base?.settings, ['settings']);
  const before = new Map(base?.nodes.map((node) => [node.name, node.settings]));
  const nodes = spec.nodes.map((node) => ({
    ...node,
    settings: keep(node.settings, before.get(node.name), ['nodes', node.name, 'settings']),
  }));
  const from = { under: preset?.settings ?? {}, before: keepGenerated ? (base?.settings ?? {}) : null, random };
  return {
    spec: {
      ...spec,
      settings: schema ? fillGenerated(schema, settings, from) : settings,
      ...(preset ? { preset } : {}),
      nodes,
    },
    problems,
  };
}

/** Paths in the cluster file of the secrets that are still to be given. A value that lies over a blank one fills it. */
export function blankPaths(spec: ClusterSpec): string[][] {
  const common = spec.preset ? deepUnion(spec.preset.settings, spec.settings) : spec.settings;
  return [
    ...blanksIn(common, ['settings']),
    ...spec.nodes.flatMap((node) => blanksIn(node.settings, ['nodes', node.name, 'settings'])),
  ];
}

function blanksIn(value: Json, path: string[]): string[][] {
  if (isSealedSecret(value)) return isBlankSecret(value) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((each: Json, index) => blanksIn(each, [...path, String(index)]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => blanksIn(member, [...path, key]));
}
