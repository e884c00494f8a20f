import { ExitCode } from '../exit-code';
import type { Session } from '../session';
import { waitAndTell } from '../waiting/wait-and-tell';

export interface RunValidationsOptions {
  readonly group?: readonly string[];
  readonly validation?: readonly string[];
  readonly nodes?: readonly string[];
  readonly reason?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
}

export async function runValidations(
  session: Session,
  cluster: string,
  { group, validation, nodes, reason, wait = false, timeout }: RunValidationsOptions,
): Promise<ExitCode> {
  const client = await session.client();
  const { transaction } = await client.validations.run(cluster, {
    ...(group ? { groups: group } : {}),
    ...(validation ? { validations: validation } : {}),
    ...(nodes ? { nodes } : {}),
    ...(reason === undefined ? {} : { reason }),
  });
  session.answer({ transaction }, () => `transaction ${transaction} is started\n`);
  if (wait || timeout !== undefined) return waitAndTell(session, transaction, timeout);
  session.say(`what it comes to: muster validation results ${cluster}`);
  return ExitCode.success;
}

export async function stopValidations(session: Session, cluster: string, reason?: string): Promise<ExitCode> {
  const stopped = await (await session.client()).validations.stop(cluster, reason);
  session.answer(stopped, () => stopped.transactions.map((id) => `transaction ${id} is being cancelled\n`).join(''));
  return ExitCode.success;
}
