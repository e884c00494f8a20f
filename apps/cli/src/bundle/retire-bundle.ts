import type { BundleKind } from '@muster/model';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { type BundleReference, routesOf } from './bundle-reference';

export async function retireBundle(
  session: Session,
  kind: BundleKind,
  { name, version, text }: BundleReference,
  why: string | undefined,
): Promise<ExitCode> {
  const retired = await routesOf(await session.client(), kind).retire(name, version, why);
  session.answer(retired, () => `${kind} ${text} is retired: clusters that have it keep it, new ones cannot take it\n`);
  return ExitCode.success;
}

export async function restoreBundle(
  session: Session,
  kind: BundleKind,
  { name, version, text }: BundleReference,
): Promise<ExitCode> {
  const restored = await routesOf(await session.client(), kind).restore(name, version);
  session.answer(restored, () => `${kind} ${text} is offered again\n`);
  return ExitCode.success;
}

export async function deleteBundle(
  session: Session,
  kind: BundleKind,
  { name, version, text }: BundleReference,
): Promise<ExitCode> {
  await routesOf(await session.client(), kind).remove(name, version);
  session.answer({ kind, name, version, deleted: true }, () => `${kind} ${text} is deleted\n`);
  return ExitCode.success;
}
