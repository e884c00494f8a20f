import type { Bundle } from '@muster/model';
import { hasErrors, type Problem } from '@muster/problems';
import { ExitCode } from '../exit-code';
import { coloursFor } from '../io/colours';
import { reportProblems } from '../io/report-problems';
import type { Session } from '../session';
import { countFindings, listFindings } from './list-findings';
import { readBundle, type ReadBundle } from './read-bundle';
import { resolveGiven } from './resolve-given';

/** Checks a bundle as publishing does, and tells its author what else there is to know; errors alone are failure. */
export async function lintBundle(session: Session, dir: string, bases: readonly string[] = []): Promise<ExitCode> {
  const { io } = session;
  const read = await readForLint(io.cwd, dir);
  const problems: readonly Problem[] = [...read.problems, ...(await findingsOf(io.cwd, read, bases))];
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

async function findingsOf(
  cwd: string,
  { bundle, readable, isNamed }: ReadBundle,
  bases: readonly string[],
): Promise<readonly Problem[]> {
  if (readable === null) return [];
  const planning = await import('@muster/planning');
  if (planning.neededReleases(readable).length > 0) return wholeFindings(cwd, readable, bases);
  const findings = planning.lintBundle(readable, { hasManifest: isNamed });
  // A circle among what could be read stays one; other findings may be about what could not be read.
  return bundle === null ? findings.filter(({ severity }) => severity === 'error') : findings;
}

/** Findings about a release with what it extends and includes; of the others only what keeps it from being whole. */
async function wholeFindings(cwd: string, bundle: Bundle, bases: readonly string[]): Promise<readonly Problem[]> {
  const planning = await import('@muster/planning');
  const others: Bundle[] = [];
  const faults: Problem[] = [];
  for (const dir of bases) {
    const base = await readBundle(cwd, dir);
    faults.push(...base.problems.filter(({ severity }) => severity === 'error'));
    if (base.bundle !== null) others.push(base.bundle);
  }
  const { bundles, problems } = await resolveGiven([bundle, ...others]);
  const whole = bundles[0] ?? null;
  return [...faults, ...problems, ...(whole === null ? [] : planning.lintBundle(whole))];
}
