import { FakePlanner } from '../fake-planner.testing';
import { muster } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';

let planner: FakePlanner;
beforeEach(async () => {
  planner = await FakePlanner.start();
});
afterEach(() => planner.close());

const run = (line: string, cwd?: string) =>
  muster(line, { env: { MUSTER_SERVER: planner.url }, ...(cwd === undefined ? {} : { cwd, home: cwd }) });
const sent = () => JSON.parse(planner.seen.at(-1)?.body ?? '') as unknown;

describe('registering nodes from a file', () => {
  it('sends the list as it is and says what became of each', async () => {
    planner.answer('POST /nodes', {
      nodes: [],
      changes: [
        { node: 'a', created: true, changed: [] },
        { node: 'b', created: false, changed: ['port', 'user'] },
        { node: 'c', created: false, changed: [] },
      ],
      acceptedHostKeys: [{ node: 'a', hostKey: 'SHA256:x' }],
    });
    const folder = temporaryFolder({
      'nodes.yaml': '- { name: a, address: 192.0.2.1, labels: [rack] }\n- { name: b, port: many }\n- { name: c }\n',
    });
    const { code, out, err } = await run('node register -f nodes.yaml --accept-host-keys', folder);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'node a is registered\nnode b is registered, and changed: port, user\nnode c is registered, and unchanged\n',
    });
    expect(err).toContain('accepted the host key of node a');
    expect(sent()).toEqual({
      nodes: [{ name: 'a', address: '192.0.2.1', labels: ['rack'] }, { name: 'b', port: 'many' }, { name: 'c' }],
      acceptHostKeys: true,
    });
  });

  it.each(['nodes: 5', '[a, b]', '{', '- &a {name: a}\n- *a'])('refuses what is no list of nodes: %j', async (text) => {
    const { code, err } = await run('node register -f nodes.yaml', temporaryFolder({ 'nodes.yaml': text }));
    expect(code).toBe(1);
    expect(err).toContain('nodes.yaml');
    expect(planner.seen).toEqual([]);
  });
});

describe('the states of nodes', () => {
  it.each(['retire', 'restore', 'reset'])('are changed by %s, with a reason', async (verb) => {
    planner.answer(`POST /nodes/a/${verb}`, { name: 'a', state: 'enrolled' });
    expect(await run(`node ${verb} a --reason because`)).toMatchObject({ code: 0, out: 'node a is enrolled\n' });
    expect(sent()).toEqual({ reason: 'because' });
  });

  it('are told with what led to them', async () => {
    planner.answer('GET /nodes/a/history', {
      items: [
        {
          at: '2026-01-01T00:00:00.000Z',
          kind: 'state',
          from: 'deploying',
          to: 'ready',
          who: 'ada',
          transaction: 't1',
          data: {},
        },
      ],
      next: null,
    });
    expect((await run('node history a')).out).toMatch(/state +deploying +ready +ada +t1/);
  });
});
