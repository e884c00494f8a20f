import { canInstallPackages, installPackages } from './debian-packages';
import { findProgram } from './find-program';
import { findPostgres } from './postgres-daemon';
import { findRabbitmq } from './rabbitmq-daemon';
import { isRoot } from './service-user';

/** Something that tests need on this machine, and the Debian package that brings it. */
export interface Requirement {
  readonly name: string;
  readonly package: string;
  isThere(): Promise<boolean>;
}

const program = (name: string, fromPackage: string): Requirement => ({
  name,
  package: fromPackage,
  isThere: async () => (await findProgram(name)) !== null,
});

export const postgresRequirement: Requirement = {
  name: 'PostgreSQL',
  package: 'postgresql',
  isThere: async () => (await findPostgres()) !== null,
};
export const rabbitmqRequirement: Requirement = {
  name: 'RabbitMQ',
  package: 'rabbitmq-server',
  isThere: async () => (await findRabbitmq()) !== null,
};

/** What tests run beside the two services; what only root can use is asked for only as root. */
export const nodeRequirements: readonly Requirement[] = [
  program('sshd', 'openssh-server'),
  program('ssh-keygen', 'openssh-client'),
  program('flock', 'util-linux'),
  program('setpriv', 'util-linux'),
  program('busybox', 'busybox'),
  program('ps', 'procps'),
  program('puppet', 'puppet'),
  program('rsync', 'rsync'),
  program('ansible-playbook', 'ansible-core'),
  program('unshare', 'util-linux'),
  program('sudo', 'sudo'),
  ...(isRoot() ? [program('ip', 'iproute2')] : []),
];

/** The requirements that are not met, in the order given. */
export async function missing(requirements: readonly Requirement[]): Promise<Requirement[]> {
  const there = await Promise.all(requirements.map((each) => each.isThere()));
  return requirements.filter((_, index) => !there[index]);
}

/**
 * Sees to it that `requirements` are met: installs what is missing where we may, otherwise fails with the sentence that
 * says what to install. `say` is told before anything is installed, since that takes minutes.
 */
export async function ensureInstalled(
  requirements: readonly Requirement[],
  say: (text: string) => void = () => undefined,
  otherwise = '',
): Promise<void> {
  const lacking = await missing(requirements);
  if (lacking.length === 0) return;
  const packages = [...new Set(lacking.map((each) => each.package))];
  if (!(await canInstallPackages())) throw new Error(installSentence(lacking, otherwise));
  say(`installing ${packages.join(', ')}`);
  await installPackages(packages);
  const still = await missing(requirements);
  if (still.length > 0) throw new Error(installSentence(still, otherwise));
}

/** What a person reads when something is missing that we may not install. */
export function installSentence(lacking: readonly Requirement[], otherwise = ''): string {
  const names = lacking.map((each) => each.name).join(', ');
  const packages = [...new Set(lacking.map((each) => each.package))].join(' ');
  return `The tests need ${names}, which this machine lacks: install it (on Debian as root: apt-get install ${packages})${otherwise}.`;
}
