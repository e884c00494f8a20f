import { BlockList, isIP } from 'node:net';

/** Networks that a webhook never reaches unless the configuration says so: this machine, private, link-local (metadata), special. */
const CLOSED_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** Of IPv6 only what is given out to the public is open; what hides an IPv4 address in it (6to4, Teredo) is not. */
const OPEN_V6 = '2000::/3';
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

export interface AddressPolicy {
  /** `open`: anybody may be sent there over TLS; `allowed`: the configuration says so, also without; `closed`: nobody. */
  judge(address: string): 'open' | 'allowed' | 'closed';
}

/** `allow`: addresses and networks, as `10.1.0.0/16`; checked by `networkFault`. */
export function addressPolicy(allow: readonly string[]): AddressPolicy {
  const allowed = listOf(allow);
  const closed = listOf([...CLOSED_V4, ...CLOSED_V6]);
  const open = listOf([OPEN_V6]);
  return {
    judge(written) {
      const address = bare(written);
      const family = isIP(address);
      if (family === 0) return 'closed';
      const version = family === 4 ? 'ipv4' : 'ipv6';
      if (allowed.check(address, version)) return 'allowed';
      if (closed.check(address, version)) return 'closed';
      return family === 4 || open.check(address, version) ? 'open' : 'closed';
    },
  };
}

/** What is wrong with a network of the configuration; null: nothing. */
export function networkFault(text: string): string | null {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return `${text} is no address and no network such as 10.1.0.0/16`;
  if (bits === undefined) return null;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128) ? null : `${text} has no such length`;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const version = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, version);
    else list.addSubnet(address, Number(bits), version);
  }
  return list;
}

/** Without brackets and zone; an IPv4 address in IPv6's clothes is judged as what it is. */
function bare(written: string): string {
  const address = written.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
