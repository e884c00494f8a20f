import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expectStatus, TestPlanner } from '../testing/test-planner.testing';

describe('addresses in releases and plugins', () => {
  let planner: TestPlanner;
  let server: Server;
  let url: string;
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{"type":"object"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    planner = await TestPlanner.start();
  });
  afterAll(async () => {
    await planner.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are asked for by nothing in the planner: not to publish, lint, edit or plan', async () => {
    const settings = `settings: { type: object, $id: "${url}/id", $schema: "${url}/schema", properties: { a: { $ref: "${url}/ref" }, port: { type: integer, format: uri, default: 1 } } }\n`;
    const tasks = `- { id: get, type: http, role: [web], parameters: { url: "${url}/task", method: GET } }
- { id: wait, type: wait-for, role: [web], parameters: { http: "${url}/wait" } }
- { id: put, type: upload_file, role: [web], parameters: { path: /tmp/x, data: "${url}/data" } }
- { id: copy, type: copy_files, role: [web], parameters: { files: [{ src: "${url}/file", dst: /tmp/y }] } }
`;
    const release = (more: string) => ({
      'release.yaml': `name: far\nversion: 1.0.0\ntitle: "${url}/title"\n${more}roles: { web: {} }\n`,
      'tasks.yaml': tasks,
    });
    const plugin = (more: string) => ({
      'plugin.yaml': `name: near\nversion: 1.0.0\nreleases: ["far@^1.0.0"]\n${more}`,
      'tasks.yaml': tasks.replaceAll('id: ', 'id: near-'),
    });
    // A reference to elsewhere, a base to fetch and a release by its address are refused; whatever is left is only kept.
    expect((await planner.publish(release(`extends: "${url}/base@^1.0.0"\n`))).status).toBe(422);
    for (const more of [settings, `homepage: "${url}/home"\nsource: "${url}/source"\n`, ''])
      for (const [kind, files] of [
        ['releases', release(more)],
        ['plugins', plugin(more)],
      ] as const)
        expect([kind, more, (await planner.publish(files, kind)).status < 500]).toEqual([kind, more, true]);
    const names = (await planner.get('/api/v1/releases')).body.items.map((each: { name: string }) => each.name);
    expect(names).toContain('far');
    await planner.get('/api/v1/releases/far/1.0.0/lint');
    const cluster = `cluster: c1\nrelease: far@1.0.0\nnodes:\n  n1: { address: 192.0.2.1, roles: [web] }\n`;
    expectStatus(await planner.apply(cluster, { identities: {} }), 200);
    await planner.post('/api/v1/clusters/c1/plans');
    expect(asked).toEqual([]);
  });
});
