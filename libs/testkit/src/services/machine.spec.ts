import { findProgram } from './find-program';
import { installCommands } from './debian-packages';
import {
  ensureInstalled,
  installSentence,
  missing,
  nodeRequirements,
  postgresRequirement,
  rabbitmqRequirement,
  type Requirement,
} from './machine';
import { tryProgram } from './run-program';

const absent = (name: string): Requirement => ({ name, package: `${name}-package`, isThere: async () => false });

describe('what tests need on this machine', () => {
  it('is found out by looking, in the order asked for', async () => {
    const there: Requirement = { name: 'there', package: 'x', isThere: async () => true };
    expect(await missing([absent('a'), there, absent('b')])).toMatchObject([{ name: 'a' }, { name: 'b' }]);
  });

  it('asks for nothing when everything is there', async () => {
    const said: string[] = [];
    await ensureInstalled([{ name: 'there', package: 'x', isThere: async () => true }], (text) => said.push(text));
    expect(said).toEqual([]);
  });

  it('is told in one sentence that says what to install', () => {
    expect(installSentence([absent('sshd'), absent('ip')], ', or start a container engine')).toBe(
      'The tests need sshd, ip, which this machine lacks: install it (on Debian as root: apt-get install sshd-package ip-package), or start a container engine.',
    );
  });

  it('comes from packages that Debian has: apt can tell what it would install', async () => {
    const packages = [...nodeRequirements, postgresRequirement, rabbitmqRequirement].map((each) => each.package);
    const commands = installCommands([...new Set(packages)], true);
    expect(commands.map(([program, verb]) => `${program} ${verb}`)).toEqual(['apt-get update', 'apt-get install']);
    // Elsewhere there is nobody to ask; the line above still holds.
    if ((await findProgram('apt-get')) === null) return;
    const { code, stderr } = await tryProgram(commands[1] ?? []);
    // Without package lists apt knows only what is installed; then it says so, and of each it knows nothing is wrong.
    expect(code === 0 || stderr.includes('Unable to locate package')).toBe(true);
  });
});
