import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startHosts } from './hosts';
import { canUseNamespaces } from './namespace-network';
import { runProgram, tryProgram } from './run-program';
import type { TestHost, TestHosts } from './test-host';
import { waitUntil } from './wait-until';

describe.each(['namespace', 'loopback'] as const)('hosts of kind %s', (kind) => {
  let group: TestHosts;
  let first: TestHost;
  let second: TestHost;

  beforeAll(async () => {
    const possible = kind === 'loopback' || (await canUseNamespaces());
    // Said aloud rather than skipped: there is only the other kind.
    if (!possible) process.stderr.write('test: namespaces are refused here: hosts in them are not tested\n');
    group = await startHosts(2, { kind: possible ? kind : 'loopback' });
    [first, second] = group.hosts as [TestHost, TestHost];
  });
  afterAll(() => group.stop());

  it('are reached by SSH, each with its own host key and folders', async () => {
    expect(first.hostKey).toMatch(/^SHA256:/);
    expect(first.hostKey).not.toBe(second.hostKey);
    expect(await ssh(first, 'echo one')).toBe('one\n');
    expect(await ssh(second, 'echo two')).toBe('two\n');
    expect(first.stateDir).not.toBe(second.stateDir);
  });

  it('lose every process when killed, also one that left its session, and come back', async () => {
    const alive = join(first.dataDir, 'alive');
    await ssh(
      first,
      `cd ${first.dataDir}; setsid sh -c 'echo $$ > pid; while :; do date +%s%N > ${alive}; sleep 0.02; done' </dev/null >/dev/null 2>&1 &`,
    );
    await waitUntil('the daemon works', () => existsSync(alive));
    const bootBefore = await ssh(first, 'cat /proc/sys/kernel/random/boot_id');
    await first.kill();
    const last = await runProgram(['cat', alive]);
    expect((await ssh2(first, 'true')).code).not.toBe(0);
    await first.boot();
    expect(first.boots).toBe(2);
    const bootAfter = await ssh(first, 'cat /proc/sys/kernel/random/boot_id');
    expect(bootAfter !== bootBefore).toBe(group.kind === 'namespace');
    expect(await runProgram(['cat', alive])).toBe(last);
  });

  it('are silent while the link is cut', async () => {
    await second.cutLink();
    expect((await ssh2(second, 'true', 2)).code).not.toBe(0);
    expect(await ssh(first, 'echo still here')).toBe('still here\n');
    await second.restoreLink();
    await waitUntil('the link is back', async () => (await ssh2(second, 'true', 2)).code === 0);
  });

  // On loopback it would be this machine.
  if (kind === 'loopback') return;
  it('come back with a new boot id when rebooted from inside', async () => {
    if (group.kind === 'loopback')
      return void process.stderr.write('test: namespaces are refused here: booting from inside is not tested\n');
    const before = await ssh(second, 'cat /proc/sys/kernel/random/boot_id');
    await ssh2(second, 'reboot -f', 5);
    await waitUntil('the host has booted', () => second.boots === 2);
    expect(await ssh(second, 'cat /proc/sys/kernel/random/boot_id')).not.toBe(before);
  });
});

const ssh = async (host: TestHost, command: string): Promise<string> => {
  const result = await ssh2(host, command);
  if (result.code !== 0) throw new Error(`ssh ended with ${result.code}: ${result.stderr}`);
  return result.stdout;
};

function ssh2(host: TestHost, command: string, timeoutSeconds = 10): ReturnType<typeof tryProgram> {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    `ConnectTimeout=${timeoutSeconds}`,
  ];
  return tryProgram(
    [
      'ssh',
      ...options.flatMap((each) => ['-o', each]),
      '-i',
      host.identityFile,
      '-p',
      String(host.port),
      `${host.user}@${host.address}`,
      command,
    ],
    { timeoutMs: timeoutSeconds * 1000 },
  );
}
