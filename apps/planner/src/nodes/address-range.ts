import { BlockList, isIPv4 } from 'node:net';

/** Addresses of one range at most: two looks of a class C network, with room. */
export const RANGE_ADDRESSES_MAX = 1024;

export type AddressRange =
  { readonly ok: true; readonly addresses: readonly string[] } | { readonly ok: false; readonly fault: string };

/** Networks that are nobody else's: private, shared (carriers), link-local, loopback, documentation. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');

/**
 * The addresses of `10.0.0.0/24` (network and broadcast address left out), `10.0.0.5-10.0.0.40`, `10.0.0.5-40` or one address. IPv4 alone:
 * nobody walks through an IPv6 network. Public ones are a fault unless `allowPublic`.
 */
export function readRange(text: string, allowPublic: boolean): AddressRange {
  const bounds = boundsOf(text.trim());
  if (bounds === null)
    return { ok: false, fault: 'It is no range of IPv4 addresses, like 10.0.0.0/24 or 10.0.0.5-10.0.0.40.' };
  const [first, last] = bounds;
  const size = last - first + 1;
  if (size < 1) return { ok: false, fault: 'It ends before it begins.' };
  if (size > RANGE_ADDRESSES_MAX)
    return { ok: false, fault: `It has ${size} addresses; at most ${RANGE_ADDRESSES_MAX} are looked at at a time.` };
  const addresses = Array.from({ length: size }, (_, index) => addressOf(first + index));
  const foreign = allowPublic ? undefined : addresses.find((address) => !PRIVATE.check(address, 'ipv4'));
  if (foreign !== undefined)
    return { ok: false, fault: `${foreign} is a public address; say so with \`allowPublic\` if it is yours.` };
  return { ok: true, addresses };
}

function boundsOf(text: string): readonly [number, number] | null {
  const network = /^([\d.]{7,15})\/(\d{1,2})$/.exec(text);
  if (network !== null) {
    const [, base = '', bitsText = ''] = network;
    const bits = Number(bitsText);
    if (!isIPv4(base) || bits > 32) return null;
    const size = 2 ** (32 - bits);
    const first = Math.floor(numberOf(base) / size) * size;
    return size > 2 ? [first + 1, first + size - 2] : [first, first + size - 1];
  }
  const [from = '', to = from, ...more] = text.split('-').map((part) => part.trim());
  if (more.length > 0 || !isIPv4(from)) return null;
  const end = /^\d{1,3}$/.test(to) ? from.replace(/\d+$/, to) : to;
  return isIPv4(end) ? [numberOf(from), numberOf(end)] : null;
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
