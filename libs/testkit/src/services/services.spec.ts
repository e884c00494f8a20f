import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port';
import { obtainPostgres, POSTGRES_VARIABLE, startPostgres } from './postgres';
import { isAlive } from './process-tree';
import { obtainRabbitmq, RABBITMQ_VARIABLE, startRabbitmq } from './rabbitmq';
import { runProgram, tryProgram } from './run-program';
import { typescriptCommand } from './run-typescript';
import { startSshd } from './sshd';
import { createTestDatabase, TEMPLATES_VARIABLE } from './test-database';

describe('PostgreSQL of our own', () => {
  it('keeps what was committed when it is killed, and leaves nothing when it stops', async () => {
    const postgres = await startPostgres();
    try {
      await query(postgres.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
      await postgres.kill();
      await expect(query(postgres.url, 'SELECT 1')).rejects.toThrow();
      await postgres.start();
      expect(await query(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
      await postgres.restart();
      expect(await query(postgres.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    } finally {
      await postgres.stop();
    }
    expect(await processesNaming(new URL(postgres.url).port)).toEqual([]);
  });

  it('gives each suite a database of its own', async () => {
    const [one, other] = [await createTestDatabase(), await createTestDatabase()];
    await query(one.url, 'CREATE TABLE here (n int)');
    await expect(query(other.url, 'SELECT * FROM here')).rejects.toThrow('does not exist');
    await one.drop();
    await other.drop();
  });
});

describe('templates of databases', () => {
  const before = process.env[TEMPLATES_VARIABLE];
  afterEach(() => {
    if (before === undefined) delete process.env[TEMPLATES_VARIABLE];
    else process.env[TEMPLATES_VARIABLE] = before;
  });

  it.each([
    ['on', 1],
    ['off', 4],
  ])('%s: each database has what they hold, and nothing of the others', async (templates, preparedTimes) => {
    process.env[TEMPLATES_VARIABLE] = templates;
    let prepared = 0;
    const template = {
      name: `of_a_spec_${templates}_${randomBytes(4).toString('hex')}`,
      prepare: async (url: string): Promise<void> => {
        prepared++;
        await query(url, 'CREATE TABLE given (n int); INSERT INTO given VALUES (7)');
      },
    };
    const first = await createTestDatabase(template);
    const others = await Promise.all([1, 2, 3].map(() => createTestDatabase(template)));
    await query(first.url, 'UPDATE given SET n = 8');
    for (const { url } of others) expect(await query(url, 'SELECT n FROM given')).toEqual([{ n: 7 }]);
    expect(prepared).toBe(preparedTimes);
    await query(first.url, `DROP DATABASE IF EXISTS muster_template_${template.name}`);
    for (const each of [first, ...others]) await each.drop();
  });

  it('are made whole when several suites want one at once', async () => {
    process.env[TEMPLATES_VARIABLE] = 'on';
    const name = `of_many_${randomBytes(4).toString('hex')}`;
    const prepare = (url: string): Promise<unknown> => query(url, 'CREATE TABLE given (n int)');
    const all = await Promise.all(
      [1, 2, 3, 4].map(() => createTestDatabase({ name, prepare: async (url) => void (await prepare(url)) })),
    );
    for (const { url } of all) expect(await query(url, 'SELECT n FROM given')).toEqual([]);
    await query(all[0]?.url ?? '', `DROP DATABASE muster_template_${name}`);
    for (const each of all) await each.drop();
  });
});

describe('RabbitMQ of our own', () => {
  it('comes back at the same address when it is killed, and leaves nothing when it stops', async () => {
    const broker = await startRabbitmq();
    const { env } = broker.control.description as { env: Record<string, string> };
    try {
      await broker.control.addVhost('kept', 'guest');
      await broker.kill();
      await broker.start();
      await broker.control.deleteVhost('kept');
    } finally {
      await broker.stop();
    }
    // The Erlang machine and the port mapper both name their ports.
    expect(await processesNaming(env['RABBITMQ_DIST_PORT'] ?? '')).toEqual([]);
    expect(await processesNaming(env['ERL_EPMD_PORT'] ?? '')).toEqual([]);
  }, 180_000);
});

describe('a service that the environment names', () => {
  const named = { [POSTGRES_VARIABLE]: obtainPostgres, [RABBITMQ_VARIABLE]: obtainRabbitmq };
  const before = { ...process.env };
  afterEach(() => {
    for (const variable of Object.keys(named)) {
      if (before[variable] === undefined) delete process.env[variable];
      else process.env[variable] = before[variable];
    }
  });

  it.each(Object.entries(named))('%s: says why it cannot be used', async (variable, obtain) => {
    process.env[variable] = `scheme://127.0.0.1:${await freePort()}/x`.replace(
      'scheme',
      variable === RABBITMQ_VARIABLE ? 'amqp' : 'postgres',
    );
    await expect(obtain()).rejects.toThrow(
      new RegExp(`^${variable} names a .* that does not answer \\(.*ECONNREFUSED.*\\); correct or unset it\\.$`),
    );
  });

  it.each(Object.entries(named))('%s: may take longer than a moment', async (variable, obtain) => {
    const service = variable === RABBITMQ_VARIABLE ? await startRabbitmq() : await startPostgres();
    try {
      process.env[variable] = service.url;
      await service.pause();
      const obtained = obtain();
      // Longer than the two seconds after which a service that is being started is asked again.
      setTimeout(() => void service.resume(), 2_500);
      expect(await obtained).toMatchObject({ kind: 'environment', url: service.url });
    } finally {
      await service.stop();
    }
  });
});

describe('sshd of our own', () => {
  it('lets the given key in, shows the given host key, and takes settings', async () => {
    const sshd = await startSshd({ settings: { SetEnv: 'MUSTER_SEEN=yes' } });
    try {
      const known = await runProgram(['ssh-keyscan', '-t', 'ed25519', '-p', String(sshd.port), sshd.address]);
      expect(known).toContain('ssh-ed25519');
      expect(await ssh(sshd, 'echo $MUSTER_SEEN')).toBe('yes\n');
      await sshd.kill();
      await expect(ssh(sshd, 'true')).rejects.toThrow('Connection refused');
      await sshd.start();
      expect(await ssh(sshd, 'echo again')).toBe('again\n');
    } finally {
      await sshd.stop();
    }
  });
});

describe('services of a process that is killed', () => {
  it('end with it', async () => {
    const { stdout } = await tryProgram(typescriptCommand(join(__dirname, 'killed-with-services.testing.ts')));
    const { port } = new URL(stdout.trim());
    const left = await processesNaming(port);
    for (const pid of left) expect(await isAlive(pid)).toBe(false);
  });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function ssh(
  to: { address: string; port: number; user: string; identityFile: string },
  command: string,
): Promise<string> {
  const options = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'];
  return runProgram([
    'ssh',
    ...options,
    '-i',
    to.identityFile,
    '-p',
    String(to.port),
    `${to.user}@${to.address}`,
    command,
  ]);
}

/** Processes with `word` in their command line. */
async function processesNaming(word: string): Promise<number[]> {
  const { stdout } = await tryProgram(['ps', '-eo', 'pid,stat,args']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(word) && !/^\s*\d+ Z/.test(line))
    .map((line) => Number(line.trim().split(' ')[0]));
}
