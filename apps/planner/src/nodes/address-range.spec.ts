import { RANGE_ADDRESSES_MAX, readRange } from './address-range';

const addresses = (text: string, allowPublic = false) => {
  const read = readRange(text, allowPublic);
  return read.ok ? read.addresses : read.fault;
};

describe('ranges of addresses', () => {
  it.each([
    ['10.0.0.0/30', ['10.0.0.1', '10.0.0.2']],
    ['10.0.0.3/31', ['10.0.0.2', '10.0.0.3']],
    ['10.0.0.3/32', ['10.0.0.3']],
    ['192.168.1.254-192.168.2.1', ['192.168.1.254', '192.168.1.255', '192.168.2.0', '192.168.2.1']],
    ['127.0.0.1 - 2', ['127.0.0.1', '127.0.0.2']],
    ['172.31.255.255', ['172.31.255.255']],
  ])('%s', (text, expected) => expect(addresses(text)).toEqual(expected));

  it('have a bound', () => {
    expect(addresses('10.0.0.0/22')).toHaveLength(RANGE_ADDRESSES_MAX - 2);
    expect(addresses('10.0.0.0/21')).toContain('2046 addresses');
    expect(addresses('0.0.0.0/0', true)).toContain('at most');
    expect(addresses('10.0.0.0-10.255.255.255')).toContain('at most');
  });

  it('are private unless somebody says otherwise', () => {
    expect(addresses('8.8.8.0/30')).toContain('8.8.8.1 is a public address');
    expect(addresses('172.31.255.254-172.32.0.1')).toContain('172.32.0.0 is a public address');
    expect(addresses('8.8.8.0/30', true)).toEqual(['8.8.8.1', '8.8.8.2']);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.256',
    '10.0.0.1-300',
    '10.0.0.9-1',
    'fe80::/64',
    '$(id)',
    '-oProxyCommand=x',
    '10.0.0.1-2-3',
    '10.0.0.0/24; id',
    'localhost',
  ])('%j is none', (text) => expect(typeof addresses(text)).toBe('string'));
});
