import { DEFAULT_PROJECT } from '@muster/model';
import { problem, type ProblemCode, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { ProjectRow } from '../database/project.entity';
import type { FindPrincipal } from '../http/identify';
import { isAllowed, rolesIn } from '../identity/grants';

/**
 * Who publishes by a message that carries a token; the same rights as by HTTP. `findPrincipal` is null where authentication
 * is off. Tells `identified` the name before it looks at rights. Throws `API_UNAUTHENTICATED`, `API_NOT_FOUND`, `API_FORBIDDEN` or `PROJECT_ARCHIVED`.
 */
export async function checkPublisher(
  on: EntityManager,
  findPrincipal: FindPrincipal | null,
  token: string,
  project: string,
  identified: (name: string) => void,
): Promise<string> {
  if (findPrincipal === null) return 'local';
  const principal = await findPrincipal(token);
  if (principal.kind !== 'person') throw refused('API_UNAUTHENTICATED', 'message', 'The token in it is not valid.');
  const { name, grants } = principal;
  identified(name);
  const subject = `project ${project}`;
  const row =
    rolesIn(grants, project).length === 0
      ? null
      : project === DEFAULT_PROJECT
        ? { archivedAt: null }
        : await on.findOneBy(ProjectRow, { name: project });
  // One answer for "not yours" and "not there".
  if (row === null) throw refused('API_NOT_FOUND', subject, `There is no such project, or ${name} has no role in it.`);
  if (!isAllowed(grants, project, ['publisher']))
    throw refused('API_FORBIDDEN', subject, `Publishing wants the right publisher, which ${name} lacks.`);
  if (row.archivedAt !== null) throw refused('PROJECT_ARCHIVED', subject, 'It is only read.');
  return name;
}

function refused(code: ProblemCode, subject: string, summary: string): ProblemsError {
  return new ProblemsError([problem(code, { subject, summary })]);
}
