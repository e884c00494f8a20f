import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './server-config';
import { startService } from './start-service';

describe('the embedded server', () => {
  let folder: string;
  let taken: Server;
  let takenPort: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muster-server-'));
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    takenPort = (taken.address() as AddressInfo).port;
  });
  afterAll(async () => {
    await new Promise((resolve) => taken.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });
  const MUSTER_METRICS_TOKEN = 'a-token-of-the-metrics';
  const start = (port: number, executorPort = 0) =>
    startService(
      readConfig(
        'server',
        {
          ...{ MUSTER_DATA_DIR: folder, MUSTER_HTTP_PORT: String(port), MUSTER_LOG_LEVEL: 'silent' },
          ...{ MUSTER_EXECUTOR_HTTP_PORT: String(executorPort), MUSTER_METRICS_TOKEN },
        },
        '/',
      ),
    );

  it('says which setting is wrong when its port is taken, and gives everything back', async () => {
    await expect(start(takenPort)).rejects.toMatchObject({
      problems: [
        { code: 'CONFIG_INVALID', summary: expect.stringContaining('something listens there already') as string },
      ],
    });
  }, 60_000);

  it('says the same of the port of its executor', async () => {
    await expect(start(0, takenPort)).rejects.toMatchObject({
      problems: [{ code: 'CONFIG_INVALID', subject: 'MUSTER_HTTP_HOST, MUSTER_EXECUTOR_HTTP_PORT' }],
    });
  }, 60_000);

  it('then starts in the same folder, serves, and is the only one there', async () => {
    const service = await start(0);
    try {
      const { url, id, health } = service.ready;
      expect(id).toBeTruthy();
      expect((await fetch(`${health}/health/ready`)).status).toBe(200);
      expect((await fetch(`${health}/metrics`)).status).toBe(401);
      const figures = await fetch(`${health}/metrics`, {
        headers: { authorization: `Bearer ${MUSTER_METRICS_TOKEN}` },
      });
      expect(await figures.text()).toContain('muster_executor_deployments{service="executor"} 0');
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect((await fetch(`${url}/api/v1/nodes`)).status).toBe(401);
      const token = readFileSync(join(folder, 'admin-token'), 'utf8').trim();
      expect((await fetch(`${url}/api/v1/nodes`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
      for (const file of ['admin-token', 'secret-key']) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      await expect(start(0)).rejects.toMatchObject({ problems: [{ code: 'STORAGE_FOLDER_IN_USE' }] });
    } finally {
      await service.close();
    }
  }, 60_000);
});

describe('production services', () => {
  it('say that the database does not answer', async () => {
    const env = {
      MUSTER_DATA_DIR: join(tmpdir(), 'muster-none'),
      MUSTER_DATABASE_URL: 'postgresql://x@127.0.0.1:1/x',
      MUSTER_AMQP_URL: 'amqp://127.0.0.1:1',
      MUSTER_SECRET_KEY: 'k'.repeat(40),
      MUSTER_LOG_LEVEL: 'silent',
    };
    await expect(startService(readConfig('executor', env, '/'))).rejects.toMatchObject({
      problems: [{ code: 'STORAGE_UNREACHABLE' }],
    });
    rmSync(env.MUSTER_DATA_DIR, { recursive: true, force: true });
  });
});
