import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskStatus, TransactionStatus } from '@muster/client';
import { freePort, isAlive, waitUntil } from '@muster/testkit';
import { stringify } from 'yaml';
import { commandLinesWith, ownSleep } from './bed/command-lines';
import { ProductionBed } from './bed/production-bed';
import { readRefusal, type Refusal } from './bed/refusal';
import { SilentListener } from './bed/silent-listener';

jest.setTimeout(180_000);

const MIB = 1024 * 1024;
const manifest = (name: string): string =>
  `name: ${name}\nversion: 1.0.0\nroles: { good: {}, exits: {}, outlives: {} }\n`;
const outliving = ownSleep();
const tasks = `
- { id: good, type: shell, role: [good], parameters: { cmd: 'echo fine' } }
- { id: exits, type: shell, role: [exits], parameters: { cmd: 'echo before; exit 7' } }
- { id: after, type: shell, role: [exits], requires: [exits], parameters: { cmd: 'true' } }
- { id: outlives, type: shell, role: [outlives], timeout: 2, parameters: { cmd: '${outliving}; echo survived > ~/survived' } }
`;

describe('bad input', () => {
  let bed: ProductionBed;

  beforeAll(async () => {
    bed = await ProductionBed.open(2, 1);
    await bed.publish('loads', { 'release.yaml': manifest('loads'), 'tasks.yaml': tasks });
    expect(await apply(nodes())).toEqual({ cluster: 'hosts', revision: 1, changed: true });
  });
  afterAll(() => bed?.close());

  /** Whatever was wrong: the planner and the executor are the same processes and still deploy. */
  afterEach(async () => {
    await apply(nodes());
    const { code, state } = await deploy();
    expect({ code, state }).toEqual({ code: 0, state: 'succeeded' });
    for (const { pid } of [bed.planner, ...bed.executors]) expect(await isAlive(pid)).toBe(true);
  });

  const node = (index: number, over: object = {}): object => {
    const host = bed.hosts.hosts[index - 1];
    if (!host) throw new Error(`the bed has no host ${index}`);
    const { address, port, user, identityFile, hostKey, stateDir } = host;
    return { address, port, user, identityFile, hostKey, stateDir, roles: ['good'], ...over };
  };
  const nodes = (host2: object = {}): Record<string, object> => ({ host1: node(1), host2: node(2, host2) });
  const hostKey = (index: number): string => bed.hosts.hosts[index - 1]?.hostKey ?? '';

  const json = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    bed.muster([...words, '-o', 'json'], env);
  const refused = async (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Refusal> =>
    readRefusal(await json(words, env));

  /** Writes a cluster file and gives the words that apply it. */
  const applying = (content: string | object, name = 'cluster.yaml'): string[] => [
    ...['cluster', 'apply', '-f'],
    bed.write(name, typeof content === 'string' ? content : stringify(content)),
  ];
  const cluster = (of: Record<string, object>, over: object = {}): object => ({
    cluster: 'hosts',
    release: 'loads@1.0.0',
    ...over,
    nodes: of,
  });
  async function apply(of: Record<string, object>): Promise<{ cluster: string; revision: number; changed: boolean }> {
    const { code, stdout, stderr } = await json(applying(cluster(of)));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { cluster: name, revision, changed } = JSON.parse(stdout) as Awaited<ReturnType<typeof apply>>;
    return { cluster: name, revision, changed };
  }

  interface Deployed extends Pick<TransactionStatus, 'transaction' | 'state'> {
    readonly code: number | null;
    readonly stderr: string;
    readonly tasks: Readonly<Record<string, TaskStatus>>;
  }
  async function deploy(): Promise<Deployed> {
    const { code, stdout, stderr } = await json(['deploy', 'hosts', '--wait']);
    const { transaction, state, graphs } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as TransactionStatus;
    expect((await bed.status(transaction)).graphs).toEqual(graphs);
    return { code, stderr, transaction, state, tasks: graphs[0]?.tasks ?? {} };
  }

  /** What is stored: nothing of it may change by what is refused. Asked without the command line, of which each start costs. */
  async function stored(): Promise<string> {
    const { clusters, nodes: known, releases } = bed.client;
    const all: unknown[] = [await clusters.get('hosts')];
    for (const list of [clusters.list(), known.list(), releases.list()]) for await (const each of list) all.push(each);
    return JSON.stringify(all);
  }

  /** Runs what is to be refused, and holds it to changing nothing. */
  async function refusedUnchanged(words: readonly string[]): Promise<Refusal> {
    const before = await stored();
    const refusal = await refused(words);
    expect(await stored()).toBe(before);
    return refusal;
  }

  describe('on the way to a node', () => {
    it('a host that never answers: its task is failed with the reason, within a bounded time; other nodes go on', async () => {
      const silent = await SilentListener.open();
      try {
        await apply({ host1: node(1), silent: node(2, { address: '127.0.0.1', port: silent.port }) });
        const begunAt = Date.now();
        const { code, state, tasks, stderr } = await deploy();
        expect(Date.now() - begunAt).toBeLessThan(60_000);
        expect({ code, state }).toEqual({ code: 3, state: 'failed' });
        expect(tasks['good@host1']).toMatchObject({ state: 'succeeded', exitCode: 0 });
        expect(tasks['good@silent']).toMatchObject({ state: 'failed', attempts: 1, exitCode: null });
        expect(tasks['good@silent']?.reason).toMatch(
          new RegExp(`^node unreachable: 127\\.0\\.0\\.1:${silent.port}: .* -> Check address, port`),
        );
        expect(stderr).toContain('failed  good@silent: node unreachable');
        const inspected = await refused(['node', 'inspect', 'silent']);
        expect(inspected).toMatchObject({ code: 1, codes: ['NODE_UNREACHABLE'] });
        expect(inspected.stderr).toContain(`127.0.0.1:${silent.port}`);
        await waitUntil('nobody holds a connection to it', () => silent.open === 0);
      } finally {
        await silent.close();
      }
    });

    it('a wrong host key: nothing is run there, and both fingerprints and what to do are told', async () => {
      // That of no machine here: the key of another node would be refused before, as the same machine twice.
      const accepted = `SHA256:${'A'.repeat(43)}`;
      await apply(nodes({ hostKey: accepted }));
      const { code, state, tasks, stderr, transaction } = await deploy();
      expect({ code, state }).toEqual({ code: 3, state: 'failed' });
      expect(tasks['good@host2']).toMatchObject({ state: 'failed', exitCode: null });
      const reason =
        `refused (NODE_HOST_KEY_CHANGED): node host2 shows ${hostKey(2)}, accepted is ${accepted}` +
        ' -> Find out why; if the machine was reinstalled, write the new fingerprint as hostKey.';
      expect(tasks['good@host2']?.reason).toBe(reason);
      expect(stderr).toContain(`failed  good@host2: ${reason}`);
      const why = JSON.parse((await json(['why', transaction, 'good@host2'])).stdout) as {
        reasons: { text: string }[];
      };
      expect(why.reasons.map(({ text }) => text)).toEqual([`failed: ${reason}`]);
    });

    it('an unknown host key: refused showing the fingerprint, and accepted only when told to, saying so', async () => {
      const fresh = { cluster: 'fresh', release: 'loads@1.0.0', nodes: { fresh: node(1, { hostKey: undefined }) } };
      const words = applying(fresh, 'fresh.yaml');
      const { code, codes, problems, stderr } = await refusedUnchanged(words);
      expect({ code, codes }).toEqual({ code: 1, codes: ['NODE_HOST_KEY_UNKNOWN'] });
      expect(problems[0]).toMatchObject({
        subject: 'node fresh',
        place: { file: words.at(-1), line: 4, path: 'nodes.fresh' },
      });
      expect(stderr).toContain(hostKey(1));
      expect(stderr).toContain('--accept-host-keys');
      const accepted = await json([...words, '--accept-host-keys']);
      expect(accepted).toMatchObject({
        code: 0,
        stderr: `accepted the host key of node fresh: ${hostKey(1)}\n`,
      });
      expect((await bed.muster(['cluster', 'export', 'fresh'])).stdout).toContain(`hostKey: ${hostKey(1)}`);
      expect(await bed.muster(['cluster', 'delete', 'fresh'])).toMatchObject({ code: 0 });
      expect(await bed.muster(['node', 'remove', 'fresh'])).toMatchObject({ code: 0 });
    });
  });

  describe('in a task', () => {
    it('that exits with 7: it is failed with that code, and what needs it is not run', async () => {
      await apply(nodes({ roles: ['exits'] }));
      const { code, state, tasks, stderr, transaction } = await deploy();
      expect({ code, state }).toEqual({ code: 3, state: 'failed' });
      expect(tasks['good@host1']).toMatchObject({ state: 'succeeded' });
      expect(tasks['exits@host2']).toMatchObject({
        state: 'failed',
        attempts: 1,
        exitCode: 7,
        reason: 'exited with code 7',
      });
      expect(['blocked', 'not-run']).toContain(tasks['after@host2']?.state);
      expect(tasks['after@host2']?.reason).toContain('exits@host2');
      expect(stderr).toContain('failed  exits@host2: exited with code 7');
      expect(stderr).toContain(`muster logs ${transaction}`);
      await waitUntil(
        'its output is there',
        async () => (await bed.muster(['logs', transaction, 'exits@host2'])).stdout === 'before\n',
      );
    });

    it('that outlives its timeout: it is ended on the node, and failed', async () => {
      const home = bed.hosts.hosts[1]?.dataDir ?? '';
      await apply(nodes({ roles: ['outlives'] }));
      const [{ code, state, tasks }] = await Promise.all([
        deploy(),
        waitUntil('it runs', () => commandLinesWith(outliving).length > 0, { intervalMs: 50 }),
      ]);
      // Nothing of it goes on once that has been said.
      expect(commandLinesWith(outliving)).toEqual([]);
      expect({ code, state }).toEqual({ code: 3, state: 'failed' });
      expect(tasks['outlives@host2']).toMatchObject({
        state: 'failed',
        attempts: 1,
        reason: 'timed out and was ended',
      });
      const { startedAt, endedAt } = tasks['outlives@host2'] ?? {};
      expect(Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '')).toBeGreaterThanOrEqual(2000);
      expect(existsSync(join(home, 'survived'))).toBe(false);
    });
  });

  describe('in a cluster file', () => {
    it('an unknown release: refused at its line', async () => {
      const words = applying(cluster(nodes(), { release: 'lodas@1.0.0' }), 'unknown.yaml');
      const { code, codes, problems } = await refusedUnchanged(words);
      expect({ code, codes }).toEqual({ code: 1, codes: ['CLUSTER_UNKNOWN_RELEASE'] });
      expect(problems[0]).toMatchObject({
        summary: expect.stringContaining('lodas@1.0.0') as string,
        place: { file: words.at(-1), line: 2 },
      });
    });

    it('malformed YAML: refused at its line', async () => {
      const words = applying(
        'cluster: hosts\nnodes:\n  host1: { roles: [good] }\n  host2: { roles: good] }\n',
        'bad.yaml',
      );
      const { code, codes, problems } = await refusedUnchanged(words);
      expect({ code, all: [...new Set(codes)] }).toEqual({ code: 1, all: ['YAML_INVALID'] });
      expect(problems[0]?.place).toMatchObject({ file: words.at(-1), line: 4 });
    });

    it('several mistakes: all told at once, each at its line', async () => {
      const words = applying(
        'cluster: "bad name"\nrelease: nonsense\nnodes:\n  sync: {}\n  a: { port: eighty, adress: x }\n',
        'several.yaml',
      );
      const { code, problems } = await refusedUnchanged(words);
      expect(code).toBe(1);
      const told = problems.map((each) => `${each.place?.line} ${each.code} ${each.place?.path}`).sort();
      expect(told).toEqual([
        '1 CLUSTER_INVALID_VALUE cluster',
        '2 CLUSTER_INVALID_VALUE release',
        '4 CLUSTER_RESERVED_NAME nodes.sync',
        '5 CLUSTER_INVALID_VALUE nodes.a.port',
        '5 CLUSTER_UNKNOWN_KEY nodes.a.adress',
      ]);
      expect(problems.find((each) => each.place?.path === 'nodes.a.adress')?.remedy).toContain(
        'Did you mean `address`?',
      );
    });

    it('several mistakes that only the planner sees: all told at once as well', async () => {
      const words = applying(cluster(nodes(), { release: 'lodas@1.0.0', plugins: ['none@1.0.0'] }), 'planner.yaml');
      const { code, problems } = await refusedUnchanged(words);
      expect(code).toBe(1);
      expect(problems.map(({ code: name, place }) => `${place?.line} ${name}`)).toEqual([
        '2 CLUSTER_UNKNOWN_RELEASE',
        '4 CLUSTER_UNKNOWN_RELEASE',
      ]);
    });
  });

  describe('in a bundle', () => {
    const bundle = (name: string, files: Readonly<Record<string, string>>): string[] => {
      for (const [path, content] of Object.entries({ 'release.yaml': manifest(name), ...files }))
        bed.write(join(name, path), content);
      return ['release', 'publish', join(bed.folder.path, name)];
    };

    it('malformed YAML and wrong definitions in several files: refused at their lines, all at once', async () => {
      const words = bundle('wrong', {
        'tasks/1.yaml': '- { id: a, type: shel, role: [good] }\n- { type: shell }\n',
        'tasks/2.yaml': '- id: b\n  type: shell\n  role: good]\n  - id: c\n',
        'tasks/3.yaml': '\n\n- { id: d, type: upload_file, role: [good], parameters: { path: /x, file: missing } }\n',
      });
      const { code, problems } = await refusedUnchanged(words);
      expect(code).toBe(1);
      const told = problems.map((each) => `${each.place?.file}:${each.place?.line} ${each.code}`);
      expect(told).toEqual(
        expect.arrayContaining([
          'tasks/1.yaml:1 BUNDLE_INVALID_VALUE',
          'tasks/1.yaml:2 BUNDLE_MISSING_KEY',
          expect.stringMatching(/^tasks\/2\.yaml:[34] YAML_INVALID$/),
          'tasks/3.yaml:3 BUNDLE_FILE_MISSING',
        ]),
      );
    });

    /** Three tasks in a circle, one of them on nodes with another role too. */
    const cycle = (role: string): string =>
      [
        `- { id: a, requires: [c], role: [good]`,
        `- { id: b, requires: [a], role: [${role}]`,
        '- { id: c, requires: [b], role: [good]',
      ]
        .map((begin) => `${begin}, type: shell, parameters: { cmd: 'true' } }\n`)
        .join('');

    it('a cycle that every cluster would have: refused when it is published, with its path and the lines of its tasks', async () => {
      const { code, codes, problems, stderr } = await refusedUnchanged(
        bundle('circle', { 'tasks.yaml': cycle('good') }),
      );
      expect({ code, codes }).toEqual({ code: 1, codes: ['BUNDLE_CYCLE'] });
      expect(problems[0]?.place).toMatchObject({ file: 'tasks.yaml', line: 1 });
      expect(stderr).toContain('a -> b -> c -> a');
      for (const [index, id] of ['a', 'b', 'c'].entries()) expect(stderr).toContain(`${id}: tasks.yaml:${index + 1}`);
    });

    it('a cycle of one cluster: refused with its path and the lines of its tasks, by plan and by deploy, and nothing is started', async () => {
      const published = await json(bundle('cycle', { 'tasks.yaml': cycle('exits') }));
      expect(published).toMatchObject({ code: 0, stderr: expect.stringContaining('BUNDLE_POSSIBLE_CYCLE') as string });
      const both = { roles: ['good', 'exits'] };
      const applied = await json(
        applying(cluster({ host1: node(1, both), host2: node(2, both) }, { release: 'cycle@1.0.0' })),
      );
      expect(applied).toMatchObject({ code: 0 });
      for (const verb of ['plan', 'deploy']) {
        const { code, codes, problems, stderr } = await refusedUnchanged([verb, 'hosts']);
        // One per node: each is a circle of its own.
        expect({ code, all: [...new Set(codes)] }).toEqual({ code: 1, all: ['PLAN_CYCLE'] });
        expect(problems[0]?.place).toMatchObject({ file: 'tasks.yaml', line: 1 });
        expect(stderr).toContain('a@host1 -> b@host1 -> c@host1 -> a@host1');
        for (const [index, id] of ['a', 'b', 'c'].entries()) expect(stderr).toContain(`${id}: tasks.yaml:${index + 1}`);
      }
    });

    it('50 MB of files: taken, and brought to the node whole', async () => {
      const home = bed.hosts.hosts[0]?.dataDir ?? '';
      const content = Buffer.alloc(50 * MIB, 'muster ').toString('latin1');
      const copy = `- { id: copy, type: copy_files, role: [good], parameters: { files: [{ src: big.bin, dst: /root/big.bin }] } }\n`;
      expect(
        await json(bundle('big', { 'tasks.yaml': copy.replace('/root', home), 'files/big.bin': content })),
      ).toMatchObject({
        code: 0,
        stderr: '',
      });
      expect(await json(applying(cluster({ host1: node(1) }, { release: 'big@1.0.0' })))).toMatchObject({ code: 0 });
      expect(await deploy()).toMatchObject({ code: 0, state: 'succeeded' });
      expect(readFileSync(join(home, 'big.bin'), 'latin1') === content).toBe(true);
      rmSync(join(home, 'big.bin'));
    });

    it('50 MB of task definitions: refused, naming the limit', async () => {
      const words = bundle('talk', { 'tasks.yaml': '# a comment of thirty-two bytes \n'.repeat((50 * MIB) / 32) });
      const { code, codes, problems } = await refusedUnchanged(words);
      expect({ code, codes }).toEqual({ code: 1, codes: ['UPLOAD_TOO_LARGE'] });
      expect(problems[0]?.summary).toMatch(/more than \d+ bytes/);
    });
  });

  describe('on the command line', () => {
    it('an unknown cluster', async () => {
      const { code, codes, stderr } = await refusedUnchanged(['deploy', 'hsots']);
      expect({ code, codes }).toEqual({ code: 1, codes: ['API_NOT_FOUND'] });
      expect(stderr).toContain('cluster hsots');
    });

    it('a wrong token', async () => {
      const { code, codes, stderr } = await refused(['deploy', 'hosts'], { MUSTER_TOKEN: 'not-the-right-one' });
      expect({ code, codes }).toEqual({ code: 8, codes: ['API_UNAUTHENTICATED'] });
      expect(stderr).toContain('MUSTER_TOKEN');
      expect(stderr).not.toContain('not-the-right-one');
    });

    it('an address where no server is', async () => {
      const server = `http://127.0.0.1:${await freePort()}`;
      const { code, codes, stderr } = await refused(['deploy', 'hosts'], { MUSTER_SERVER: server });
      expect({ code, codes }).toEqual({ code: 7, codes: ['SERVER_UNREACHABLE'] });
      expect(stderr).toContain(server);
    });

    it('an unknown option: named, with the nearest that exists', async () => {
      const { code, stderr } = await json(['deploy', 'hosts', '--wiat']);
      expect(code).toBe(1);
      expect(stderr).toContain("unknown option '--wiat'");
      expect(stderr).toContain('--wait');
      expect(stderr).toContain('--help');
    });
  });
});
