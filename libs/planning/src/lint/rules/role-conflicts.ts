import type { Bundle } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import { meant, over } from '../lint-rule';
import type { LintWork } from '../lint-work';

/** Roles that exclude others which are not declared. In a plugin these may be the release's. */
export function findUnknownConflicts({ kind, extends: base, roles }: Bundle, work: LintWork): Iterable<Problem> {
  if (kind === 'plugin' || base !== null) return [];
  const names = Object.keys(roles);
  return over(work, Object.values(roles), (role) =>
    over(
      work,
      role.conflicts.filter((other) => !Object.hasOwn(roles, other)),
      (other) => [
        problem('LINT_UNKNOWN_ROLE', {
          subject: `role ${role.name}`,
          summary: `excludes the role \`${other}\`, which is not declared`,
          remedy: `Correct the name, or declare the role.${meant(work, other, names)}`,
          place: { file: `${kind}.yaml`, path: `roles.${role.name}.conflicts` },
        }),
      ],
    ),
  );
}
