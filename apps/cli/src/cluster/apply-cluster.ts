import { dirname, resolve } from 'node:path';
import { ProblemsError } from '@muster/problems';
import { ExitCode } from '../exit-code';
import { readText } from '../io/read-text';
import type { Session } from '../session';
import { readIdentities } from './read-identities';

export interface ApplyOptions {
  readonly file: string;
  readonly acceptHostKeys?: boolean;
}

/** Reads a cluster file and the private keys that it names, and writes both to the planner. */
export async function applyCluster(session: Session, options: ApplyOptions): Promise<ExitCode> {
  const { io } = session;
  const source = await readText(io.cwd, options.file, 'cluster file');
  const { parseClusterFile } = await import('@muster/catalog');
  const { spec, problems, identityFiles, placeOf } = parseClusterFile(source, options.file);
  const named = identityFiles.map((it) => ({ ...it, place: placeOf(['nodes', it.node, 'identityFile']) }));
  const identities = await readIdentities(named, dirname(resolve(io.cwd, options.file)), io.home).catch(
    (error: unknown) => {
      if (spec || !(error instanceof ProblemsError)) throw error;
      throw new ProblemsError([...problems, ...error.problems]);
    },
  );
  // Warnings come again from the planner.
  if (!spec) throw new ProblemsError(problems);
  const client = await session.client();
  const acceptHostKeys = options.acceptHostKeys ?? false;
  const applied = await client.clusters.apply(spec.name, {
    source,
    sourceName: options.file,
    identities,
    acceptHostKeys,
  });
  session.warn(applied.problems);
  for (const { node, hostKey } of applied.acceptedHostKeys)
    session.say(`accepted the host key of node ${node}: ${hostKey}`);
  session.answer(applied, () =>
    applied.changed
      ? `cluster ${applied.cluster} is now at revision ${applied.revision}\n`
      : `cluster ${applied.cluster} is unchanged at revision ${applied.revision}\n`,
  );
  return ExitCode.success;
}
