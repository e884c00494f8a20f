import { readFile } from 'node:fs/promises';
import { findProgram } from './find-program';
import { ensureInstalled, nodeRequirements } from './machine';
import { runProgram } from './run-program';

export interface SshKey {
  /** Private key in OpenSSH form, and the file that it is in. */
  readonly privateKey: string;
  readonly file: string;
  /** One line as in authorized_keys. */
  readonly publicKey: string;
  /** `SHA256:` and base64, as OpenSSH prints it. */
  readonly fingerprint: string;
}

/** Makes an ed25519 key in `file` and `file`.pub. */
export async function makeSshKey(file: string): Promise<SshKey> {
  const keygen = await sshProgram('ssh-keygen');
  await runProgram([keygen, '-q', '-t', 'ed25519', '-N', '', '-C', 'muster-test', '-f', file]);
  const fingerprint = (await runProgram([keygen, '-l', '-E', 'sha256', '-f', `${file}.pub`])).split(' ')[1];
  if (!fingerprint?.startsWith('SHA256:')) throw new Error(`ssh-keygen gave no fingerprint for ${file}`);
  const publicKey = (await readFile(`${file}.pub`, 'utf8')).trim();
  return { privateKey: await readFile(file, 'utf8'), file, publicKey, fingerprint };
}

/** Full path of one of OpenSSH's programs: sshd insists on being called by it. Installs it where we may. */
export async function sshProgram(name: 'sshd' | 'ssh-keygen'): Promise<string> {
  await ensureInstalled(nodeRequirements.filter((each) => each.name === name));
  const found = await findProgram(name);
  if (!found) throw new Error(`${name} is gone`);
  return found;
}
