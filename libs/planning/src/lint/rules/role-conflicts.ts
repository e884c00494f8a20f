import { didYouMean, type Bundle } from '@muster/model';
import { problem, type Problem } from '@muster/problems';

/** Roles that exclude others which are not declared. In a plugin these may be the release's. */
export function findUnknownConflicts({ kind, extends: base, roles }: Bundle): readonly Problem[] {
  if (kind === 'plugin' || base !== null) return [];
  const names = Object.keys(roles);
  return Object.values(roles).flatMap((role) =>
    role.conflicts
      .filter((other) => !Object.hasOwn(roles, other))
      .map((other) =>
        problem('LINT_UNKNOWN_ROLE', {
          subject: `role ${role.name}`,
          summary: `excludes the role \`${other}\`, which is not declared`,
          remedy: `Correct the name, or declare the role.${didYouMean(other, names)}`,
          place: { file: `${kind}.yaml`, path: `roles.${role.name}.conflicts` },
        }),
      ),
  );
}
