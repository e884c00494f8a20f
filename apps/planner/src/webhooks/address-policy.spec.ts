import { addressPolicy, networkFault } from './address-policy';

describe('addresses of webhooks', () => {
  it.each([
    ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1'],
    ...['169.254.169.254', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255', '::1', '::', '[::1]', 'fe80::1'],
    ...['fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1'],
    ...['2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1', '::127.0.0.1', 'localhost', '', '127.1', '0x7f000001'],
  ])('%s is closed', (address) => {
    expect(addressPolicy([]).judge(address)).toBe('closed');
    // What is allowed opens itself and nothing beside it.
    expect(addressPolicy(['192.0.2.77', '2001:db8:7::/48']).judge(address)).toBe('closed');
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is open', (address) => {
    expect(addressPolicy([]).judge(address)).toBe('open');
  });

  it('are opened by the configuration, each as it says', () => {
    const policy = addressPolicy(['10.1.0.0/16', '127.0.0.1', '::1']);
    expect(
      ['10.1.2.3', '127.0.0.1', '::ffff:127.0.0.1', '::1', '10.2.0.1', '127.0.0.2'].map((each) => policy.judge(each)),
    ).toEqual(['allowed', 'allowed', 'allowed', 'allowed', 'closed', 'closed']);
    expect(
      ['10.0.0.0/8', '::1', '10.0.0.0/33', 'example.com', '10.0.0.0/8/8', '1.2.3.4/'].map(
        (each) => networkFault(each) === null,
      ),
    ).toEqual([true, true, false, false, false, false]);
  });
});
