import type { BundleKind } from '@muster/model';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { packBundle } from './pack-bundle';

/** Packs the folder, publishes it, and says under which name. */
export async function publishBundle(session: Session, kind: BundleKind, dir: string): Promise<ExitCode> {
  const packed = await packBundle(session.io.cwd, dir);
  if (packed.leftOut.length > 0) session.say(`left out, since no part of a bundle: ${packed.leftOut.join(', ')}`);
  const client = await session.client();
  const published = await (kind === 'release' ? client.releases : client.plugins).publish(packed.archive);
  session.warn(published.problems);
  session.answer(
    published,
    () => `${kind} ${published.name}@${published.version} is published (${published.digest})\n`,
  );
  return ExitCode.success;
}
