import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { runProgram } from './run-program';
import { isRoot } from './service-user';

const policyFile = '/usr/sbin/policy-rc.d';

/** True if we are root on Debian or a system made from it, so that packages can be installed without asking anyone. */
export async function canInstallPackages(): Promise<boolean> {
  if (!isRoot() || !existsSync('/usr/bin/apt-get')) return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/** The commands that install `packages`, in order; `simulate` makes apt say what it would do. */
export function installCommands(packages: readonly string[], simulate = false): string[][] {
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...(simulate ? ['--simulate'] : []), ...packages],
  ];
}

/** Installs packages without starting the services that come with them. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  const policyIsOurs = !existsSync(policyFile);
  if (policyIsOurs) await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    for (const argv of installCommands(packages)) {
      await runProgram(argv, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 900_000 });
    }
  } finally {
    if (policyIsOurs) await rm(policyFile, { force: true });
  }
}
