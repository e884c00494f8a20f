import type { RegisterNode } from '@muster/client';
import { readIdentities } from '../cluster/read-identities';
import { ExitCode } from '../exit-code';
import { table } from '../io/table';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';
import { tellRegistered } from './register-nodes';

export interface DiscoverOptions {
  readonly port?: number;
  readonly allowPublic?: boolean;
  readonly jump?: string;
  readonly register?: string;
  readonly user?: string;
  readonly become?: string;
  readonly identityFile?: string;
}

/** Shows which SSH servers there are in a range; with `--register PREFIX` those that are no nodes become nodes, with the keys that they show. */
export async function discoverMachines(session: Session, options: DiscoverOptions, range: string): Promise<ExitCode> {
  const { port, allowPublic, jump, register: prefix, user, become, identityFile } = options;
  if (become !== undefined && become !== 'none' && become !== 'sudo')
    throw usageProblem('--become', `"${become}" is neither none nor sudo`);
  const { io } = session;
  const named =
    identityFile === undefined ? [] : [{ node: 'machines', identityFile, place: { path: '--identity-file' } }];
  const { machines: identity } = await readIdentities(named, io.cwd, io.home);
  const { nodes } = await session.client();
  const found = await nodes.discover(range, {
    ...(port === undefined ? {} : { port }),
    ...(allowPublic === undefined ? {} : { allowPublic }),
    ...(jump === undefined ? {} : { jump }),
  });
  const unknown = found.machines.filter(({ node }) => node === null);
  if (prefix === undefined || unknown.length === 0) {
    session.answer(found, () =>
      table(
        ['address', 'port', 'node', 'host key', 'greeting'],
        found.machines.map((it) => [it.address, it.port, it.node, it.hostKey, it.greeting]),
      ),
    );
    session.say(`${found.machines.length} of ${found.looked} addresses answered, ${unknown.length} are no nodes`);
    return ExitCode.success;
  }
  const wanted = unknown.map((it): RegisterNode => ({
    name: `${prefix}${it.address.replaceAll('.', '-')}`,
    address: it.address,
    port: it.port,
    hostKey: it.hostKey,
    ...(jump === undefined ? {} : { jump }),
    ...(user === undefined ? {} : { user }),
    ...(become === undefined ? {} : { become }),
    ...(identity === undefined ? {} : { identity }),
  }));
  for (const it of wanted) session.say(`accepting the host key of ${it.address}: ${it.hostKey ?? ''}`);
  tellRegistered(session, await nodes.add(wanted));
  return ExitCode.success;
}
