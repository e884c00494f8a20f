import type { DiskFacts, InterfaceFacts, NodeFacts } from '@muster/model';

/** Bounds of what is taken from a machine, whoever it may be by now. */
const TEXT_CHARS_MAX = 200;
const THINGS_MAX = 64;
const ADDRESSES_MAX = 32;
const LINES_MAX = 4000;

const THING_NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/;
const PROGRAMS = ['python3', 'puppet', 'flock', 'setsid', 'sudo'] as const;

/**
 * Reads what `facts.sh` printed. Null where its last line is missing: something else was printed, or not all of it. What does
 * not look like what it should be is left out; the first of two lines about one thing counts.
 */
export function parseFacts(output: string): NodeFacts | null {
  const lines = output.split('\n').slice(0, LINES_MAX);
  const told = new Map<string, string>();
  const addresses = new Map<string, string[]>();
  for (const line of lines) {
    const tab = line.indexOf('\t');
    if (tab <= 0) continue;
    const [name, value] = [line.slice(0, tab), plain(line.slice(tab + 1))];
    const address = /^nic\.(.+)\.address$/.exec(name)?.[1];
    if (address !== undefined) addTo(addresses, address, value);
    else if (!told.has(name)) told.set(name, value);
  }
  if (!told.has('end')) return null;
  const text = (name: string): string | null => told.get(name) || null;
  return {
    hostname: text('hostname'),
    os: {
      id: unquoted(text('os.ID')),
      version: unquoted(text('os.VERSION_ID')),
      name: unquoted(text('os.PRETTY_NAME')),
    },
    kernel: text('kernel'),
    arch: text('arch'),
    cpus: whole(told.get('cpus'), 1, 100_000),
    cpuModel: text('cpuModel'),
    memoryMiB: scaled(told.get('memoryKiB'), 1024),
    disks: namesOf(told, 'disk', 'sectors').map((name): DiskFacts => ({
      name,
      sizeMiB: scaled(told.get(`disk.${name}.sectors`), 2048) ?? 0,
      rotational: flag(told.get(`disk.${name}.rotational`)),
      model: text(`disk.${name}.model`),
    })),
    interfaces: namesOf(told, 'nic', 'mac').map((name): InterfaceFacts => ({
      name,
      mac: mac(told.get(`nic.${name}.mac`)),
      up: state(told.get(`nic.${name}.state`)),
      mtu: whole(told.get(`nic.${name}.mtu`), 1, 1_000_000),
      addresses: addresses.get(name) ?? [],
    })),
    bootId: id(told.get('bootId')),
    machineId: id(told.get('machineId')),
    virtualization: text('virtualization'),
    programs: Object.fromEntries(
      PROGRAMS.filter((name) => told.has(`program.${name}`) || told.has(`missing.${name}`)).map((name) => {
        const version = told.get(`program.${name}`);
        return [name, version === undefined ? null : versionIn(version)];
      }),
    ),
  };
}

/** Without control characters, which a terminal would act on. */
function plain(value: string): string {
  return value
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, TEXT_CHARS_MAX);
}

function addTo(addresses: Map<string, string[]>, name: string, value: string): void {
  const known = addresses.get(name) ?? [];
  if (!/^[0-9A-Fa-f.:]{2,45}\/\d{1,3}$/.test(value) || known.length >= ADDRESSES_MAX) return;
  if (known.length === 0 && addresses.size >= THINGS_MAX) return;
  addresses.set(name, [...known, value]);
}

function namesOf(told: ReadonlyMap<string, string>, kind: string, fact: string): readonly string[] {
  return [...told.keys()]
    .flatMap((key) => {
      if (!key.startsWith(`${kind}.`) || !key.endsWith(`.${fact}`)) return [];
      const name = key.slice(kind.length + 1, -fact.length - 1);
      return THING_NAME.test(name) ? [name] : [];
    })
    .slice(0, THINGS_MAX)
    .sort();
}

function unquoted(value: string | null): string | null {
  return value === null ? null : value.replace(/^(["'])(.*)\1$/, '$2') || null;
}

function whole(value: string | undefined, least: number, most: number): number | null {
  if (value === undefined || !/^\d{1,15}$/.test(value)) return null;
  const number = Number(value);
  return number >= least && number <= most ? number : null;
}

function scaled(value: string | undefined, by: number): number | null {
  const number = whole(value, 0, Number.MAX_SAFE_INTEGER);
  return number === null ? null : Math.round(number / by);
}

function flag(value: string | undefined): boolean | null {
  return value === '1' ? true : value === '0' ? false : null;
}

function state(value: string | undefined): boolean | null {
  return value === 'up' ? true : value === 'down' ? false : null;
}

function mac(value: string | undefined): string | null {
  return value !== undefined && /^[0-9a-f]{2}(:[0-9a-f]{2}){5,19}$/i.test(value) ? value.toLowerCase() : null;
}

function id(value: string | undefined): string | null {
  return value !== undefined && /^[0-9a-f-]{8,64}$/i.test(value) ? value.toLowerCase() : null;
}

/** The version in what a program prints of itself; empty where there is none. */
function versionIn(value: string): string {
  return /\d+(\.[0-9A-Za-z]+)*/.exec(value)?.[0] ?? '';
}
