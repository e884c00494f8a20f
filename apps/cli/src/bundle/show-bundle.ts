import type { BundleKind } from '@muster/model';
import { ExitCode } from '../exit-code';
import { coloursFor } from '../io/colours';
import type { Session } from '../session';
import { type BundleReference, routesOf } from './bundle-reference';
import { bundleText } from './bundle-text';
import { countFindings, listFindings } from './list-findings';

export async function showBundle(
  session: Session,
  kind: BundleKind,
  { name, version }: BundleReference,
): Promise<ExitCode> {
  const view = await routesOf(await session.client(), kind).get(name, version);
  session.answer(view, () => bundleText(kind, view));
  return ExitCode.success;
}

/** Everything that lint finds in what is published, and the warnings of publishing; findings are no failure. */
export async function lintPublished(
  session: Session,
  kind: BundleKind,
  { name, version, text }: BundleReference,
): Promise<ExitCode> {
  const { problems } = await routesOf(await session.client(), kind).findings(name, version);
  session.answer(
    { problems },
    () =>
      `${kind} ${text}: ${countFindings(problems)}\n${listFindings(problems, coloursFor(session.io, session.io.stdout))}`,
  );
  return ExitCode.success;
}
