import { hasErrors, type Problem } from '@muster/problems';
import { ExitCode } from '../exit-code';
import { coloursFor } from '../io/colours';
import { reportProblems } from '../io/report-problems';
import type { Session } from '../session';
import { countFindings, listFindings } from './list-findings';
import { readBundle, type ReadBundle } from './read-bundle';

/** Checks a bundle as publishing does, and tells its author what else there is to know; errors alone are failure. */
export async function lintBundle(session: Session, dir: string): Promise<ExitCode> {
  const { io } = session;
  const read = await readForLint(io.cwd, dir);
  const problems: readonly Problem[] = [...read.problems, ...(await findingsOf(read))];
  const { bundle } = read;
  const name = bundle && read.isNamed ? `${bundle.kind} ${bundle.name}@${bundle.version}` : dir;
  session.answer(
    { problems },
    () => `${name}: ${countFindings(problems)}\n${listFindings(problems, coloursFor(io, io.stdout))}`,
  );
  // Programs read the JSON; whoever started them should still see what is wrong.
  if (session.json)
    reportProblems(
      io,
      problems.filter(({ severity }) => severity !== 'info'),
    );
  if (bundle === null) session.say('What else can be said of the definitions is told once these errors are gone.');
  return hasErrors(problems) ? ExitCode.error : ExitCode.success;
}

/** A folder of task files needs no manifest to be looked at; one without either is most likely the wrong folder. */
async function readForLint(cwd: string, dir: string): Promise<ReadBundle> {
  const read = await readBundle(cwd, dir, { manifestOptional: true });
  const isEmpty = read.bundle?.graphs.every(({ definitions }) => definitions.length === 0) === true;
  return isEmpty && !read.isNamed ? readBundle(cwd, dir) : read;
}

async function findingsOf({ bundle, readable, isNamed }: ReadBundle): Promise<readonly Problem[]> {
  if (readable === null) return [];
  const planning = await import('@muster/planning');
  const findings = planning.lintBundle(readable, { hasManifest: isNamed });
  // A circle among what could be read stays one; other findings may be about what could not be read.
  return bundle === null ? findings.filter(({ severity }) => severity === 'error') : findings;
}
