import { parseFacts } from './parse-facts';

const lines = (...told: string[]) => [...told, 'end\t', ''].join('\n');

describe('facts', () => {
  it('are read from what the script prints', () => {
    const facts = parseFacts(
      lines(
        'hostname\tn1',
        'os.ID\tdebian',
        'os.VERSION_ID\t"12"',
        'os.PRETTY_NAME\t"Debian GNU/Linux 12 (bookworm)"',
        'cpus\t4',
        'memoryKiB\t8192000',
        'disk.sda.sectors\t209715200',
        'disk.sda.rotational\t0',
        'nic.eth0.mac\t52:54:00:12:34:56',
        'nic.eth0.state\tup',
        'nic.eth0.mtu\t1500',
        'nic.eth0.address\t192.0.2.1/24',
        'nic.eth0.address\tfe80::1/64',
        'program.python3\tPython 3.11.2',
        'missing.puppet\t',
        'program.flock\t',
      ),
    );
    expect(facts).toMatchObject({
      hostname: 'n1',
      os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
      cpus: 4,
      memoryMiB: 8000,
      disks: [{ name: 'sda', sizeMiB: 102_400, rotational: false, model: null }],
      interfaces: [
        { name: 'eth0', mac: '52:54:00:12:34:56', up: true, mtu: 1500, addresses: ['192.0.2.1/24', 'fe80::1/64'] },
      ],
      programs: { python3: '3.11.2', puppet: null, flock: '' },
    });
  });

  it.each(['', 'hostname\tn1\n', '<html>no shell</html>', '\tend\n', 'end'])(
    'are none without the last line: %j',
    (text) => expect(parseFacts(text)).toBeNull(),
  );

  it('are never more than text, and never without bound', () => {
    const facts = parseFacts(
      lines(
        `hostname\t\u001b[31m${'x'.repeat(100_000)}`,
        'kernel\t$(reboot)',
        'cpus\t-1',
        'memoryKiB\t1e99',
        'machineId\t"; DROP TABLE node; --',
        'nic.eth0.mac\t<script>',
        'nic.eth0.address\t$(id)/24',
        'nic.$(id).mac\t52:54:00:12:34:56',
        'nic.__proto__.mac\t52:54:00:12:34:56',
        'disk.../../etc.sectors\t1',
        'program.rm\t1',
        ...Array.from({ length: 500 }, (_, index) => `disk.d${index}.sectors\t2048`),
        ...Array.from({ length: 500 }, (_, index) => `nic.eth0.address\t10.0.${index % 256}.1/24`),
      ),
    );
    expect(facts).toMatchObject({ kernel: '$(reboot)', cpus: null, memoryMiB: null, machineId: null, programs: {} });
    expect(facts?.hostname).toBe(`[31m${'x'.repeat(196)}`);
    expect(facts?.disks.length).toBe(64);
    expect(facts?.interfaces.map(({ name, mac }) => [name, mac])).toEqual([['eth0', null]]);
    expect(facts?.interfaces[0]?.addresses.length).toBe(32);
  });
});
