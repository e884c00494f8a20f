import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';
import { keyFault } from './private-key';

let planner: FakePlanner;
beforeEach(async () => {
  planner = await FakePlanner.start();
  planner.answer('PUT /clusters/c', {
    cluster: 'c',
    revision: 2,
    changed: true,
    acceptedHostKeys: [{ node: 'a', hostKey: 'SHA256:x' }],
    problems: [],
  });
});
afterEach(() => planner.close());

const pem = (passphrase?: string) =>
  generateKeyPairSync('ed25519').privateKey.export(
    passphrase === undefined
      ? { type: 'pkcs8', format: 'pem' }
      : { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
  ) as string;
const clusterFile = (...keys: string[]) =>
  `cluster: c\nrelease: r@1.0.0\nnodes:\n${keys.map((key, n) => `  n${n}: { address: 192.0.2.${n}, identityFile: ${key}, roles: [x] }\n`).join('')}`;
const apply = (folder: string, home: string, more = '') =>
  muster(`cluster apply -f deep/cluster.yaml ${more}`, { env: { MUSTER_SERVER: planner.url }, cwd: folder, home });

describe('applying a cluster file', () => {
  it('sends its text and the keys that it names: relative to it, or to the home folder', async () => {
    const [key, other] = [pem(), pem()];
    const home = temporaryFolder({ '.ssh/id': other });
    const folder = temporaryFolder({ 'keys/id': key, 'deep/cluster.yaml': clusterFile('../keys/id', '~/.ssh/id') });
    const { code, out, err } = await apply(folder, home, '--accept-host-keys');
    expect({ code, out }).toEqual({ code: 0, out: 'cluster c is now at revision 2\n' });
    expect(err).toContain('accepted the host key of node a: SHA256:x');
    expect(JSON.parse(planner.seen[0]?.body ?? '')).toEqual({
      source: readFileSync(join(folder, 'deep/cluster.yaml'), 'utf8'),
      sourceName: 'deep/cluster.yaml',
      identities: { n0: key, n1: other },
      acceptHostKeys: true,
    });
  });

  it('names every key that cannot be used, and sends nothing', async () => {
    const folder = temporaryFolder({
      'deep/locked': pem('word'),
      'deep/public': 'ssh-ed25519 AAAA me@here\n',
      'deep/none': 'nonsense',
      'deep/cluster.yaml': clusterFile('missing', 'locked', 'public', 'none'),
    });
    const { code, err } = await apply(folder, folder);
    expect(code).toBe(1);
    expect(err).toContain('deep/cluster.yaml:4');
    expect(err).toContain('cannot be read: ENOENT');
    expect(err).toContain('protected by a passphrase');
    expect(err).toContain('holds a public key');
    expect(err).toContain('holds no private key');
    expect(planner.seen).toEqual([]);
  });

  it('names keys that cannot be used together with what else is wrong in the file', async () => {
    const folder = temporaryFolder({ 'deep/cluster.yaml': `${clusterFile('missing')}limits: { nodesAtOnce: none }\n` });
    const { code, err } = await apply(folder, folder);
    expect(code).toBe(1);
    expect(err).toContain('nodesAtOnce');
    expect(err).toContain('cannot be read: ENOENT');
    expect(planner.seen).toEqual([]);
  });

  it('stops reading what has no end, and says how much is read', async () => {
    const { code, err } = await muster('cluster apply -f /dev/zero', { env: { MUSTER_SERVER: planner.url } });
    expect({ code, err }).toEqual({
      code: 1,
      err: '/dev/zero: error LOCAL_FILE: cluster file: is larger than 256 MiB, the most that is read\n  -> Check the path; what is large goes into files of a bundle.\n',
    });
  });

  it('tells every mistake of the file without asking a server', async () => {
    const folder = temporaryFolder({ 'deep/cluster.yaml': 'cluster: "bad name"\nnodes: { sync: {} }\n' });
    const { code, err } = await apply(folder, folder);
    expect(code).toBe(1);
    expect(err.match(/error CLUSTER_/g)?.length).toBeGreaterThanOrEqual(2);
    expect(planner.seen).toEqual([]);
  });
});

describe('a private key', () => {
  const opensshKey = (passphrase?: string) =>
    utils.generateKeyPairSync(
      'ed25519',
      passphrase === undefined ? {} : { passphrase, cipher: 'aes256-cbc', rounds: 1 },
    ).private;

  it('in OpenSSH form is told from one with a passphrase', () => {
    expect(keyFault(opensshKey())).toBeNull();
    expect(keyFault(opensshKey('a word'))).toBe('passphrase');
  });

  it('in PEM form too', () => {
    expect(keyFault(pem())).toBeNull();
    expect(keyFault(pem('word'))).toBe('passphrase');
    expect(
      keyFault(
        '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAA==\n-----END RSA PRIVATE KEY-----\n',
      ),
    ).toBe('passphrase');
    expect(keyFault('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n')).toBe(
      'not-a-key',
    );
  });

  it('refuses a file that is not UTF-8 by that one fault, and sends nothing', async () => {
    const text = Buffer.from(
      'cluster: c\nrelease: r@1.0.0\nnodes: { a: { settings: { city: "M\xfcnchen" } } }\n',
      'latin1',
    );
    const folder = temporaryFolder({ 'deep/cluster.yaml': text });
    const { code, err } = await apply(folder, folder);
    expect({ code, err }).toEqual({
      code: 1,
      err: 'deep/cluster.yaml: error LOCAL_FILE: cluster file: is not UTF-8 text\n  -> Check the path, or save the file as UTF-8.\n',
    });
    expect(planner.seen).toEqual([]);
  });
});
