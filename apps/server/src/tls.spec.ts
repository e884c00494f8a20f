import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import {
  type Broker,
  freePort,
  type PrivateFolder,
  privateFolder,
  type PrivateService,
  runProgram,
  startPostgres,
  startRabbitmq,
} from '@muster/testkit';
import { type Problem, ProblemsError } from '@muster/problems';
import { Client } from 'pg';
import { readConfig, type ServiceKind } from './server-config';
import { startService } from './start-service';

/** Who each authority vouches for: a server by this address alone, and clients by the name of their account. */
const VOUCHED = ['server', 'muster', 'somebody'];

/** An authority that is thrown away with its folder, and what it vouches for. */
async function makeAuthority(folder: string, name: string): Promise<void> {
  const run = (...argv: string[]) => runProgram(['openssl', ...argv], { cwd: folder });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  await run('req', '-x509', ...fresh, '-days', '2', '-subj', `/CN=${name}`, ...files);
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  for (const each of VOUCHED) {
    const file = `${name}-${each}`;
    await run('req', ...fresh, '-subj', `/CN=${each}`, '-keyout', `${file}.key`, '-out', `${file}.csr`);
    const by = ['-CA', `${name}.pem`, '-CAkey', `${name}.key`, '-CAcreateserial'];
    const names = each === 'server' ? ['-extfile', 'names'] : [];
    await run('x509', '-req', '-in', `${file}.csr`, ...by, '-days', '2', ...names, '-out', `${file}.pem`);
  }
}

describe('TLS to database, broker and clients', () => {
  /** Of files that the services read, too, whose users are others. */
  let pems: PrivateFolder;
  const file = (name: string) => join(pems.path, name);
  let postgres: PrivateService;
  let rabbitmq: Broker;
  let env: Record<string, string>;
  beforeAll(async () => {
    pems = await privateFolder('tls');
    for (const name of ['ours', 'theirs']) await makeAuthority(pems.path, name);
    await runProgram(['chmod', '-R', 'a+r', pems.path]);
    const port = await freePort();
    const settings = [
      `listeners.ssl.1 = 127.0.0.1:${port}`,
      `ssl_options.cacertfile = ${file('ours.pem')}`,
      `ssl_options.certfile = ${file('ours-server.pem')}`,
      `ssl_options.keyfile = ${file('ours-server.key')}`,
      'ssl_options.verify = verify_peer',
      'ssl_options.fail_if_no_peer_cert = true',
    ];
    [postgres, rabbitmq] = await Promise.all([startPostgres(), startRabbitmq({ settings })]);
    await speakTls();
    env = {
      MUSTER_DATABASE_URL: postgres.url.replace('postgres@', 'muster@'),
      MUSTER_DATABASE_CA: file('ours.pem'),
      MUSTER_DATABASE_CERT: file('ours-muster.pem'),
      MUSTER_DATABASE_KEY: file('ours-muster.key'),
      MUSTER_AMQP_URL: `amqps://guest:guest@127.0.0.1:${port}`,
      MUSTER_AMQP_CA: file('ours.pem'),
      MUSTER_AMQP_CERT: file('ours-muster.pem'),
      MUSTER_AMQP_KEY: file('ours-muster.key'),
      MUSTER_HTTP_CERT: file('ours-server.pem'),
      MUSTER_HTTP_KEY: file('ours-server.key'),
      MUSTER_HTTP_PORT: '0',
      MUSTER_SECRET_KEY: 'k'.repeat(64),
      MUSTER_ADMIN_TOKEN: 'a-token-of-this-test',
    };
  }, 120_000);
  afterAll(async () => {
    await Promise.all([postgres?.stop(), rabbitmq?.stop()]);
    await pems?.remove();
  });

  /** The database writes its files itself, since it takes a key from nobody else; its own account stays as it was. */
  async function speakTls(): Promise<void> {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    const write = (name: string, text: string) =>
      client.query(
        `COPY (SELECT unnest(string_to_array($pem$${text.trim()}$pem$, E'\\n'))) TO PROGRAM 'umask 077; cat > ${name}'`,
      );
    for (const part of ['key', 'pem']) await write(`server.${part}`, readFileSync(file(`ours-server.${part}`), 'utf8'));
    await write('ours.pem', readFileSync(file('ours.pem'), 'utf8'));
    await write(
      'pg_hba.conf',
      ['hostnossl all postgres 127.0.0.1/32 trust', 'hostssl all all samehost trust clientcert=verify-full'].join('\n'),
    );
    await client.query('CREATE ROLE muster SUPERUSER LOGIN');
    const settings = { ssl_cert_file: 'server.pem', ssl_key_file: 'server.key', ssl_ca_file: 'ours.pem', ssl: 'on' };
    for (const [name, value] of Object.entries(settings)) await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await client.end();
    await postgres.restart();
  }

  const start = (kind: ServiceKind, changes: Record<string, string> = {}) =>
    startService(
      readConfig(kind, { ...env, MUSTER_DATA_DIR: file('data'), MUSTER_LOG_LEVEL: 'silent', ...changes }, pems.path),
    );
  async function brokerConnections(): Promise<string[]> {
    const { description } = rabbitmq.control;
    if (description.kind !== 'command') throw new Error('a broker of our own is expected');
    const argv = [...description.argv, 'list_connections', '--no-table-headers', 'ssl', 'peer_cert_subject'];
    return (await runProgram(argv, { env: { ...description.env } })).trim().split('\n');
  }
  const get = (url: string, ca: string) =>
    new Promise<number>((resolve, reject) => {
      request(`${url}/health/ready`, { ca: readFileSync(file(ca)) }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('works with an authority of our own, and every connection is encrypted and shows who it is', async () => {
    const planner = await start('planner');
    const executor = await start('executor', { MUSTER_PLANNER_URL: planner.ready.url ?? '' }).catch(
      async (error: unknown) => {
        await planner.close();
        throw error;
      },
    );
    try {
      const url = planner.ready.url ?? '';
      expect(url).toMatch(/^https:/);
      expect(await get(url, 'ours.pem')).toBe(200);
      await expect(get(url, 'theirs.pem')).rejects.toThrow();
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      const { rows } = await client.query<{ ssl: boolean; client_dn: string; name: string }>(
        `SELECT ssl, client_dn, application_name AS name FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE usename = 'muster'`,
      );
      await client.end();
      expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(['muster planner', 'muster executor']));
      expect(new Set(rows.map((each) => `${each.ssl} ${each.client_dn}`))).toEqual(new Set(['true /CN=muster']));
      // Two connections of each service.
      expect(await brokerConnections()).toEqual(Array(4).fill('true\tCN=muster'));
    } finally {
      await executor.close();
      await planner.close();
    }
  }, 60_000);

  const theirs = { MUSTER_DATABASE_CERT: 'theirs-muster.pem', MUSTER_DATABASE_KEY: 'theirs-muster.key' };
  const othersAccount = { MUSTER_DATABASE_CERT: 'ours-somebody.pem', MUSTER_DATABASE_KEY: 'ours-somebody.key' };
  const theirsToBroker = { MUSTER_AMQP_CERT: 'theirs-muster.pem', MUSTER_AMQP_KEY: 'theirs-muster.key' };
  it.each([
    ['a database of another authority', { MUSTER_DATABASE_CA: 'theirs.pem' }, 'MUSTER_DATABASE_CA'],
    [
      'a database without showing it who we are',
      { MUSTER_DATABASE_CERT: '', MUSTER_DATABASE_KEY: '' },
      'MUSTER_DATABASE_CERT',
    ],
    ['to show a database what another authority vouches for', theirs, 'MUSTER_DATABASE_CERT'],
    ['to show a database the certificate of another account', othersAccount, 'MUSTER_DATABASE_CERT'],
    ['a database of another name', { MUSTER_DATABASE_URL: 'localhost' }, 'MUSTER_DATABASE_URL'],
    ['a broker of another authority', { MUSTER_AMQP_CA: 'theirs.pem' }, 'MUSTER_AMQP_CA'],
    ['a broker without showing it who we are', { MUSTER_AMQP_CERT: '', MUSTER_AMQP_KEY: '' }, 'MUSTER_AMQP_CERT'],
    ['to show a broker what another authority vouches for', theirsToBroker, 'MUSTER_AMQP_CERT'],
    ['a broker of another name', { MUSTER_AMQP_URL: 'localhost' }, 'MUSTER_AMQP_URL'],
    ['a broker that does not speak TLS', { MUSTER_AMQP_URL: 'plain' }, 'MUSTER_AMQP_URL'],
  ])(
    'is refused by %s, and says which setting to change',
    async (_, changes, setting) => {
      const problems = await problemsOf(changes);
      const code = setting.includes('AMQP') ? 'BROKER_UNREACHABLE' : 'STORAGE_UNREACHABLE';
      expect(problems).toMatchObject([{ code, subject: setting, remedy: expect.stringContaining(setting) as string }]);
    },
    60_000,
  );

  it.each([
    ['a file that is not there', { MUSTER_HTTP_CERT: 'nothing.pem' }, ['MUSTER_HTTP_CERT']],
    ['a file that is none', { MUSTER_DATABASE_CA: 'names' }, ['MUSTER_DATABASE_CA']],
    ['a key where a certificate belongs', { MUSTER_AMQP_CERT: 'ours-muster.key' }, ['MUSTER_AMQP_CERT']],
    ['the key of another certificate', { MUSTER_AMQP_KEY: 'ours-somebody.key' }, ['MUSTER_AMQP_KEY']],
  ])('refuses %s', async (_, changes, subjects) => {
    const problems = await problemsOf(changes);
    expect(problems.map(({ subject }) => subject)).toEqual(subjects);
    expect(problems.map(({ code }) => code)).toEqual(['CONFIG_INVALID']);
  });

  /** Starts with these files, or at these addresses, and says what stood against it. */
  async function problemsOf(changes: Record<string, string>): Promise<readonly Problem[]> {
    const told = Object.entries(changes).map(([name, value]) => {
      if (name.endsWith('_URL')) {
        const address = value === 'plain' ? rabbitmq.url.replace('amqp:', 'amqps:') : (env[name] ?? '');
        return [name, value === 'plain' ? address : address.replace('127.0.0.1', value)] as const;
      }
      return [name, value && file(value)] as const;
    });
    const error: unknown = await start('planner', Object.fromEntries(told)).then(
      (service) => service.close(),
      (thrown: unknown) => thrown,
    );
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
});
