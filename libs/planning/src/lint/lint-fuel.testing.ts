import { parseBundle } from '@muster/catalog';
import type { Problem } from '@muster/problems';
import { parse } from 'yaml';
import { readFuel } from '@muster/testkit';
import { lintBundle } from './lint-bundle';

interface FieldRoles {
  readonly roles_metadata: Readonly<
    Record<string, { tags: string[]; conflicts?: string | string[]; limits?: { min?: unknown } }>
  >;
  readonly tags_metadata: Readonly<Record<string, { has_primary: boolean }>>;
}

/** A release.yaml that declares the field's roles and tags. */
export function fuelManifest(folder: string): object {
  const { roles_metadata, tags_metadata } = parse(readFuel(folder, 'fuel-web-newton-roles-tags.yaml')) as FieldRoles;
  const roles = Object.entries(roles_metadata).map(([name, { tags, conflicts = [], limits }]) => {
    const min = typeof limits?.min === 'number' ? { min: limits.min } : {};
    return [name, { tags, conflicts, ...min }] as const;
  });
  return {
    ...{ name: 'fuel', version: '9.0.0', compat: 'fuel', fuelVersion: '9.0' },
    roles: Object.fromEntries(roles),
    tags: Object.fromEntries(
      Object.entries(tags_metadata).map(([name, { has_primary }]) => [name, { hasPrimary: has_primary }]),
    ),
  };
}

/** All that reading and linting say of the field's 202 definitions, with this manifest or none. */
export function lintFuel(folder: string, manifest: object | null): readonly Problem[] {
  const entries = [{ path: 'tasks.yaml', text: readFuel(folder, 'fuel-library-newton-tasks.yaml') }];
  if (manifest) entries.push({ path: 'release.yaml', text: JSON.stringify(manifest) });
  const { bundle, problems } = parseBundle(entries, { manifestOptional: true });
  if (!bundle) throw new Error(problems.map(({ summary }) => summary).join('\n'));
  return [...problems, ...lintBundle(bundle, { hasManifest: manifest !== null })];
}
