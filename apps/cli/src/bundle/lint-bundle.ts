import { hasErrors } from '@muster/problems';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { readBundle } from './read-bundle';

/** Checks a bundle as publishing does; warnings alone are success. */
export async function lintBundle(session: Session, dir: string): Promise<ExitCode> {
  const { checkDefinitions } = await import('@muster/planning');
  const { bundle, problems: found } = await readBundle(session.io.cwd, dir);
  const problems = [...found, ...(bundle ? checkDefinitions(bundle) : [])];
  session.warn(problems);
  const name = bundle ? `${bundle.kind} ${bundle.name}@${bundle.version}` : dir;
  const failed = hasErrors(problems);
  session.answer(
    { problems },
    () => `${name}: ${failed ? 'cannot be published' : 'can be published'}, ${problems.length} problems\n`,
  );
  return failed ? ExitCode.error : ExitCode.success;
}
