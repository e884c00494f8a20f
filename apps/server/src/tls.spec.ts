import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PrivateService, runProgram, startPostgres } from '@muster/testkit';
import { Client } from 'pg';
import { readConfig } from './server-config';
import { startService } from './start-service';

/** An authority that is thrown away with its folder, and what it vouches for. */
async function makeAuthority(folder: string, name: string): Promise<void> {
  const run = (...argv: string[]) => runProgram(['openssl', ...argv], { cwd: folder });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await run(
    'req',
    '-x509',
    ...fresh,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  );
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  for (const each of ['server', 'client']) {
    const file = `${name}-${each}`;
    await run('req', ...fresh, '-subj', `/CN=${each}`, '-keyout', `${file}.key`, '-out', `${file}.csr`);
    const by = ['-CA', `${name}.pem`, '-CAkey', `${name}.key`, '-CAcreateserial'];
    await run('x509', '-req', '-in', `${file}.csr`, ...by, '-days', '2', '-extfile', 'names', '-out', `${file}.pem`);
  }
}

describe('TLS to database and clients', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-tls-'));
  const file = (name: string) => join(folder, name);
  let postgres: PrivateService;
  let env: Record<string, string>;
  beforeAll(async () => {
    await runProgram(['chmod', '755', folder]);
    for (const name of ['ours', 'theirs']) await makeAuthority(folder, name);
    await runProgram(['chmod', '-R', 'a+r', folder]);
    postgres = await startPostgres();
    await speakTls();
    env = {
      MUSTER_DATABASE_URL: postgres.url,
      MUSTER_DATABASE_CA: file('ours.pem'),
      MUSTER_HTTP_CERT: file('ours-server.pem'),
      MUSTER_HTTP_KEY: file('ours-server.key'),
      MUSTER_HTTP_PORT: '0',
      MUSTER_SECRET_KEY: 'k'.repeat(64),
      MUSTER_ADMIN_TOKEN: 'a-token-of-this-test',
    };
  }, 120_000);
  afterAll(async () => {
    await postgres?.stop();
    rmSync(folder, { recursive: true });
  });

  /** The database writes its key itself, since it takes one from nobody else. */
  async function speakTls(): Promise<void> {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    for (const part of ['key', 'pem'])
      await client.query(
        `COPY (SELECT unnest(string_to_array($pem$${readFileSync(file(`ours-server.${part}`), 'utf8').trim()}$pem$, E'\\n')))
         TO PROGRAM 'umask 077; cat > server.${part}'`,
      );
    await client.query("ALTER SYSTEM SET ssl_cert_file = 'server.pem'");
    await client.query("ALTER SYSTEM SET ssl_key_file = 'server.key'");
    await client.query("ALTER SYSTEM SET ssl = 'on'");
    await client.end();
    await postgres.restart();
  }

  const start = (changes: Record<string, string> = {}) =>
    startService(
      readConfig('server', { ...env, MUSTER_DATA_DIR: folder, MUSTER_LOG_LEVEL: 'silent', ...changes }, folder),
    );
  const get = (url: string, ca: string) =>
    new Promise<number>((resolve, reject) => {
      request(`${url}/health/ready`, { ca: readFileSync(file(ca)) }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('works with an authority of our own, and every connection is encrypted', async () => {
    const service = await start();
    try {
      const url = service.ready.url ?? '';
      expect(url).toMatch(/^https:/);
      expect(await get(url, 'ours.pem')).toBe(200);
      await expect(get(url, 'theirs.pem')).rejects.toThrow();
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      const { rows } = await client.query<{ ssl: boolean }>(
        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
      );
      await client.end();
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every(({ ssl }) => ssl)).toBe(true);
    } finally {
      await service.close();
    }
  });

  it.each([
    ['a database that another authority vouches for', { MUSTER_DATABASE_CA: 'theirs.pem' }, 'STORAGE_UNREACHABLE'],
    ['a file that is not there', { MUSTER_HTTP_CERT: 'nothing.pem' }, 'CONFIG_INVALID'],
    ['a file that is none', { MUSTER_DATABASE_CA: 'names' }, 'CONFIG_INVALID'],
  ])('refuses %s', async (_, changes, code) => {
    const whole = Object.fromEntries(Object.entries(changes).map(([key, name]) => [key, file(name)]));
    await expect(start(whole)).rejects.toMatchObject({ problems: [{ code }] });
  });
});
