import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { waitUntil } from '@muster/testkit';
import { connect } from 'amqplib';
import { Client } from 'pg';
import { parse } from 'yaml';
import { Firehose } from './bed/firehose';
import { folderText } from './bed/folder-text';
import { type Marker, tracesIn } from './bed/leak-search';
import { ProcessSamples } from './bed/process-samples';
import { ProductionBed } from './bed/production-bed';
import { dumpTables } from './bed/table-dump';

jest.setTimeout(180_000);

/** Nothing else looks like them, encoded or not. */
const SETTING = 'bz5wSettingMarkerSecretQ1';
const NODE_SETTING = 'hx6tNodeSettingMarkerSecretR8';
/** Begins the names of the files that the secrets are delivered in. */
const DELIVERED = 'delivered-';
const release = `name: secretive
version: 1.0.0
roles: { worker: {} }
settings:
  type: object
  properties:
    password: { type: string, secret: true }
    port: { type: integer }
    padding: { type: string }
`;
/** Prints all that it can see, and takes long enough to be looked at. */
const look = 'env; cat /proc/self/cmdline; cat "$0" 2>/dev/null; ls -lR "$MUSTER_ATTEMPT_DIR"; sleep 1.5';
const tasks = `
- { id: look, type: shell, role: [worker], parameters: { cmd: '${look}' } }
- { id: upload, type: upload_file, role: [worker], requires: [look], parameters: { path: /root/uploaded, file: plain.txt } }
- id: deliver
  type: upload_file
  role: [worker]
  requires: [upload]
  parameters: { path: { yaql_exp: '"/root/delivered-one-" + $.uid' }, data: { yaql_exp: $.password }, permissions: '0600' }
- id: deliver-all
  type: upload_file
  role: [worker]
  requires: [upload]
  inputs: { all: { yaql_exp: $ } }
  parameters: { path: { yaql_exp: '"/root/delivered-all-" + $.uid' }, data: { yaql_exp: '$.toYaml()' }, permissions: '0600' }
- id: use
  type: shell
  role: [worker]
  requires: [upload]
  inputs: { password: { yaql_exp: $common.password } }
  parameters: { cmd: { yaql_exp: '"echo said " + $common.password + "; sleep 1.5"' } }
- { id: fails, type: shell, role: [worker], requires: [deliver, deliver-all, use], parameters: { cmd: '${look}; exit 3' } }
`;

/**
 * Settings that are secret, computed with by expressions, delivered to the nodes, and otherwise told nowhere: everything
 * that a deployment leaves is searched.
 */
describe('a secret', () => {
  let bed: ProductionBed;
  let firehose: Firehose;
  let samples: ProcessSamples;
  let markers: Marker[];
  let transaction: string;

  beforeAll(async () => {
    bed = await ProductionBed.openAlone(2, 2);
    firehose = await Firehose.open(bed.rabbitmq.url, bed.rabbitmq.control.description);
    const [host] = bed.hosts.hosts;
    // The first line of the key names its form only; each of the others gives a part away.
    const key = (host?.identity ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
    markers = [
      { name: 'setting', text: SETTING },
      { name: 'setting of a node', text: NODE_SETTING },
      { name: 'admin token', text: bed.serviceEnv['MUSTER_ADMIN_TOKEN'] ?? '' },
      { name: 'secret key', text: bed.serviceEnv['MUSTER_SECRET_KEY'] ?? '' },
      ...key
        .slice(1)
        .filter((line) => line.length >= 40)
        .map((text, line) => ({ name: `private key ${line}`, text })),
    ];
    expect(markers.length).toBeGreaterThan(5);
    samples = ProcessSamples.start();
    await bed.publish('secretive', {
      'release.yaml': release,
      'tasks.yaml': tasks.replaceAll('/root', host?.dataDir ?? ''),
      'files/plain.txt': 'plain\n',
    });
    expect(await applyCluster(8080)).toMatchObject({ code: 0, stderr: '' });
    transaction = await bed.deploy('hosts');
    const { graphs } = await bed.end(transaction);
    const states = Object.entries(graphs[0]?.tasks ?? {}).map(
      ([task, { state, exitCode }]) => `${task} ${state} ${exitCode}`,
    );
    const ends = { deliver: 0, 'deliver-all': 0, look: 0, upload: 0, use: 0, fails: 3 };
    const expected = Object.entries(ends).flatMap(([id, code]) =>
      ['host1', 'host2'].map((host) => `${id}@${host} ${code === 0 ? 'succeeded' : 'failed'} ${code}`),
    );
    expect(states.sort()).toEqual(expected.sort());
    for (const task of ['look@host1', 'fails@host2'])
      await waitUntil('the output is complete', async () =>
        (await said('logs', transaction, task)).includes('MUSTER_TASK'),
      );
    await waitUntil('the attempts are cleared from the nodes', () => !nodeFiles().includes('MUSTER_ATTEMPT_DIR'));
    await samples.stop();
  });
  afterAll(async () => {
    await samples?.stop();
    await firehose?.close();
    await bed?.close();
  });

  async function applyCluster(port: number | string): ReturnType<ProductionBed['muster']> {
    const nodes = bed.hosts.hosts.map(
      ({ name, address, port: sshPort, user, identityFile, hostKey, stateDir }) =>
        `  ${name}: { address: ${address}, port: ${sshPort}, user: ${user}, identityFile: ${identityFile}, hostKey: "${hostKey}", ` +
        `stateDir: ${stateDir}, roles: [worker], settings: { password: ${NODE_SETTING} } }\n`,
    );
    const file = bed.write(
      'sources/cluster.yaml',
      `cluster: hosts\nrelease: secretive@1.0.0\nsettings: { password: ${SETTING}, port: ${port}, padding: ${'long'.repeat(2000)} }\nnodes:\n${nodes.join('')}`,
    );
    return bed.muster(['cluster', 'apply', '-f', file]);
  }

  /** All that a command says, on both streams. */
  async function said(...words: string[]): Promise<string> {
    const { stdout, stderr } = await bed.muster(words);
    return stdout + stderr;
  }

  /** Without the files that are meant to hold the secrets. */
  const nodeFiles = (): string =>
    bed.hosts.hosts
      .map(({ stateDir, dataDir }) => folderText(stateDir) + folderText(dataDir, (path) => !path.includes(DELIVERED)))
      .join('\n');

  async function answers(): Promise<string> {
    const shown = [
      ...['table', 'json', 'dot', 'mermaid'].map((form) => ['plan', 'hosts', '-o', form]),
      ...[
        ['status', transaction],
        ['why', transaction, 'fails@host1'],
        ['cluster', 'show', 'hosts'],
      ].flatMap((words) => [words, [...words, '-o', 'json']]),
      ['cluster', 'export', 'hosts'],
      ['cluster', 'list', '-o', 'json'],
      ['node', 'list', '-o', 'json'],
      ['node', 'show', 'host1', '-o', 'json'],
      ['node', 'inspect', 'host1'],
      ['release', 'list', '-o', 'json'],
      ...['look', 'upload', 'deliver', 'deliver-all', 'use', 'fails'].map((id) => ['logs', transaction, `${id}@host1`]),
    ];
    const texts: string[] = [];
    for (const words of shown) texts.push(await said(...words));
    const headers = { authorization: `Bearer ${bed.env['MUSTER_TOKEN']}` };
    for (const path of ['events?limit=1000', 'clusters/hosts/revisions/1', 'transactions', 'nodes/host1']) {
      const response = await fetch(`${bed.env['MUSTER_SERVER']}/api/v1/${path}`, { headers });
      expect([path, response.status]).toEqual([path, 200]);
      texts.push(await response.text());
    }
    texts.push(await (await fetch(`${bed.env['MUSTER_SERVER']}/metrics`, { headers })).text());
    return texts.join('\n');
  }

  /** Everything that somebody could look at, by where it is. */
  async function everything(): Promise<Readonly<Record<string, string>>> {
    return {
      logs: folderText(bed.folder.path, (path) => path.endsWith('.log')),
      'data folders': folderText(bed.folder.path, (path) => !path.endsWith('.log') && !path.startsWith('sources')),
      tables: await dumpTables(bed.databaseUrl),
      messages: firehose.messages.map((it) => it.toString('latin1')).join('\n'),
      answers: await answers(),
      nodes: nodeFiles(),
      argv: [...samples.commandLines].join('\n'),
      // Services and commands are given the token and the key in their environment, and hand them to nobody.
      environments: [...samples.environments]
        .flatMap(([key, text]) => (key.includes('muster.cjs') ? [] : [text]))
        .join('\n'),
    };
  }

  async function leaks(): Promise<string[]> {
    return Object.entries(await everything()).flatMap(([place, text]) =>
      tracesIn(text, markers).map((name) => `${name} in ${place}`),
    );
  }

  it('is delivered, whole and computed with', async () => {
    const folder = bed.hosts.hosts[0]?.dataDir ?? '';
    const files = readdirSync(folder).filter((name) => name.startsWith(DELIVERED));
    expect(files.sort()).toEqual(['all-host1', 'all-host2', 'one-host1', 'one-host2'].map((name) => DELIVERED + name));
    for (const host of ['host1', 'host2']) {
      expect(readFileSync(join(folder, `${DELIVERED}one-${host}`), 'utf8')).toBe(NODE_SETTING);
      expect(parse(readFileSync(join(folder, `${DELIVERED}all-${host}`), 'utf8'))).toMatchObject({
        password: NODE_SETTING,
        port: 8080,
        padding: 'long'.repeat(2000),
        uid: host,
      });
      expect(await bed.logs(transaction, `use@${host}`)).toBe(`said ${'*'.repeat(SETTING.length)}\n`);
    }
  });

  it('is in no log, table, message, answer, file of a node, argv or environment after a deployment', async () => {
    expect(await leaks()).toEqual([]);
  });

  it('was looked for where something was to be seen', async () => {
    const { logs, tables, messages, answers: told, nodes, argv, environments } = await everything();
    // Of planner and both executors, at the most talkative level.
    for (const name of ['planner', 'executor-1', 'executor-2'])
      expect(readFileSync(join(bed.folder.path, `${name}.log`), 'utf8')).toContain('"level"');
    expect(logs).toContain('owns the deployment');
    expect(tables).toMatch(/^planner\.revision$/m);
    expect(tables).toMatch(/^executor\./m);
    expect(tables).toContain('$sealed');
    for (const queue of ['executor.commands.v1', 'planner.events.v1', 'planner.output.v1'])
      expect(messages).toContain(queue);
    expect(messages).toContain('$sealed');
    expect(told).toContain('host1');
    expect(nodes).toContain('uploaded');
    expect(argv).toContain('muster.cjs executor');
    expect(argv).toContain('sleep 1.5');
    expect(environments).toContain('MUSTER_TASK=look@host1');
  });

  it('is not told by a refusal, nor by what is logged about it', async () => {
    const { code, stdout, stderr } = await applyCluster(`[${SETTING}]`);
    expect(code).toBe(1);
    expect(stderr).toContain('CLUSTER_SETTINGS_INVALID');
    expect(
      tracesIn(
        stdout + stderr,
        markers.filter(({ name }) => name !== 'setting'),
      ),
    ).toEqual([]);
    const logs = folderText(bed.folder.path, (path) => path.endsWith('.log'));
    expect(tracesIn(logs, markers)).toEqual([]);
  });

  it('would be found in each of these places', async () => {
    const [host] = bed.hosts.hosts;
    const [setting, , token, key, line] = markers.map(({ text }) => text) as [string, string, string, string, string];

    appendFileSync(join(bed.folder.path, 'executor-1.log'), JSON.stringify({ level: 'debug', key: `{"${line}` }));
    bed.write('planner/left-behind', `x${Buffer.from(`--${setting}--`).toString('base64')}`);
    writeFileSync(join(host?.stateDir ?? '', 'left-behind'), key);

    const database = new Client({ connectionString: bed.databaseUrl });
    await database.connect();
    await database.query('CREATE TABLE planner.left_behind (bytes bytea)');
    await database.query('INSERT INTO planner.left_behind VALUES ($1)', [gzipSync(`a ${line} b`)]);
    await database.end();

    const seen = firehose.messages.length;
    const broker = await connect(bed.rabbitmq.url);
    const channel = await broker.createConfirmChannel();
    channel.publish(
      '',
      'nobody-reads-this',
      Buffer.from(JSON.stringify({ gzip: gzipSync(setting).toString('base64') })),
    );
    await channel.waitForConfirms();
    await broker.close();
    await waitUntil('the trace shows it', () => firehose.messages.length > seen);

    expect((await bed.muster(['cluster', 'delete', 'hosts', '--keep'])).code).toBe(0);
    await bed.publish('telling', { 'release.yaml': `name: telling\nversion: 1.0.0\ntitle: ${token}\n` });

    const more = ProcessSamples.start();
    const child = spawn('sleep', ['600'], { argv0: `sleep-${token}`, env: { PASSWORD: key }, stdio: 'ignore' });
    try {
      await once(child, 'spawn');
      await waitUntil('it is seen', () => [...more.commandLines].some((it) => it.includes('sleep-')));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await more.stop();
    }
    const texts = {
      logs: folderText(bed.folder.path, (path) => path.endsWith('.log')),
      'data folders': folderText(bed.folder.path, (path) => path.startsWith('planner/')),
      tables: await dumpTables(bed.databaseUrl),
      messages: firehose.messages
        .slice(seen)
        .map((it) => it.toString('latin1'))
        .join('\n'),
      answers: await said('release', 'list'),
      nodes: nodeFiles(),
      argv: [...more.commandLines].join('\n'),
      environments: [...more.environments]
        .flatMap(([name, text]) => (name.includes('muster.cjs') ? [] : [text]))
        .join('\n'),
    };
    expect(Object.fromEntries(Object.entries(texts).map(([place, text]) => [place, tracesIn(text, markers)]))).toEqual({
      logs: ['private key 0'],
      'data folders': ['setting'],
      tables: expect.arrayContaining(['private key 0']) as string[],
      messages: ['setting'],
      answers: ['admin token'],
      nodes: ['secret key'],
      argv: ['admin token'],
      environments: ['secret key'],
    });
    rmSync(join(host?.stateDir ?? '', 'left-behind'));
  });
});
