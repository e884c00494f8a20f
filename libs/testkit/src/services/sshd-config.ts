import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot } from './service-user';
import type { SshKey } from './ssh-keys';

/** Settings of sshd_config by name; a list gives the line several times. */
export type SshdSettings = Readonly<Record<string, string | number | readonly string[]>>;

export interface SshdConfig {
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly hostKey: SshKey;
  readonly authorized: readonly SshKey[];
  readonly settings?: SshdSettings;
}

/** Writes an sshd_config of our own into `folder` and gives its path. Whatever `settings` names wins. */
export async function writeSshdConfig(config: SshdConfig): Promise<string> {
  const { folder, address, port, hostKey, authorized, settings = {} } = config;
  const authorizedKeys = join(folder, 'authorized_keys');
  await writeFile(authorizedKeys, authorized.map((key) => `${key.publicKey}\n`).join(''));
  // Read by sshd as the user who logs in.
  await chmod(authorizedKeys, 0o644);
  const all: SshdSettings = {
    ListenAddress: address,
    Port: port,
    HostKey: hostKey.file,
    AuthorizedKeysFile: authorizedKeys,
    PidFile: 'none',
    StrictModes: 'no',
    UsePAM: 'no',
    UseDNS: 'no',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    MaxSessions: 1000,
    MaxStartups: 1000,
    PrintMotd: 'no',
    PrintLastLog: 'no',
    Subsystem: 'sftp internal-sftp',
    ...settings,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((each: string) => `${name} ${each}`) : [`${name} ${String(value)}`],
  );
  const file = join(folder, 'sshd_config');
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

/** As root, sshd wants an empty folder of its own to shut itself up in. */
export async function makePrivilegeSeparationFolder(): Promise<void> {
  if (isRoot()) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
}
