import { problem, ProblemsError } from '@muster/problems';
import { readIdentities } from '../cluster/read-identities';
import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { tellRegistered } from './register-nodes';

export interface AddOptions {
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly become?: string;
  readonly identityFile?: string;
  readonly hostKey?: string;
  readonly stateDir?: string;
  readonly jump?: string;
  readonly label?: readonly string[];
  readonly acceptHostKeys?: boolean;
}

/** Registers one machine. */
export async function addNode(session: Session, name: string, options: AddOptions): Promise<ExitCode> {
  const { address, port, user, become, identityFile, hostKey, stateDir, jump } = options;
  if (become !== undefined && become !== 'none' && become !== 'sudo') {
    const summary = `"${become}" is neither none nor sudo`;
    throw new ProblemsError([problem('LOCAL_USAGE', { subject: '--become', summary })]);
  }
  const { io } = session;
  const named = identityFile === undefined ? [] : [{ node: name, identityFile, place: { path: '--identity-file' } }];
  const { [name]: identity } = await readIdentities(named, io.cwd, io.home);
  const client = await session.client();
  const added = await client.nodes.add(
    [
      {
        name,
        address,
        ...(port === undefined ? {} : { port }),
        ...(user === undefined ? {} : { user }),
        ...(become === undefined ? {} : { become }),
        ...(hostKey === undefined ? {} : { hostKey }),
        ...(identity === undefined ? {} : { identity }),
        ...(stateDir === undefined ? {} : { stateDir }),
        ...(jump === undefined ? {} : { jump }),
        ...(options.label === undefined ? {} : { labels: options.label }),
      },
    ],
    options.acceptHostKeys ?? false,
  );
  tellRegistered(session, added);
  return ExitCode.success;
}
