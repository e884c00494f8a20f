import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '../../..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as {
  services: Record<
    string,
    {
      environment?: Record<string, string>;
      ports?: string[];
      healthcheck?: object;
      build?: { target: string };
      depends_on?: object;
    }
  >;
};

describe('docker-compose.yml', () => {
  it('has no default for anything secret', () => {
    const references = text.match(/\$\{[^}]*(PASSWORD|TOKEN|SECRET)[^}]*\}/g) ?? [];
    expect(references.length).toBeGreaterThanOrEqual(6);
    for (const each of references) expect(each).toMatch(/^\$\{[A-Z_]+:\?[^}]+\}$/);
  });

  it('starts a planner and two executors with what they need', () => {
    const { planner, executor } = compose.services;
    for (const service of [planner, executor]) {
      expect(Object.keys(service?.environment ?? {})).toEqual(
        expect.arrayContaining(['MUSTER_DATABASE_URL', 'MUSTER_AMQP_URL', 'MUSTER_SECRET_KEY']),
      );
      expect(Object.keys(service?.depends_on ?? {})).toEqual(expect.arrayContaining(['postgres', 'rabbitmq']));
    }
    expect(executor).toMatchObject({
      deploy: { replicas: 2 },
      environment: { MUSTER_PLANNER_URL: 'http://planner:7070' },
    });
  });

  it('builds targets that the Dockerfile has', () => {
    const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
    for (const { build } of Object.values(compose.services))
      if (build) expect(dockerfile).toContain(` AS ${build.target}\n`);
  });

  it('builds with all the tools that its build needs', () => {
    const copied = new Set(readFileSync(join(root, 'Dockerfile'), 'utf8').match(/tools\/[\w-]+\.mjs/g));
    expect(copied).toContain('tools/build.mjs');
    for (const tool of copied)
      for (const [, name] of readFileSync(join(root, tool), 'utf8').matchAll(/'(?:\.|tools)\/([\w-]+\.mjs)'/g))
        expect(copied).toContain(`tools/${name}`);
  });

  it('looks whether each service is well: its own by what their images ask', () => {
    const stages = readFileSync(join(root, 'Dockerfile'), 'utf8').split(/^FROM /m);
    for (const [name, { build, healthcheck }] of Object.entries(compose.services)) {
      const stage = stages.find((each) => each.split('\n')[0]?.endsWith(` AS ${build?.target}`)) ?? '';
      const isLooked = healthcheck !== undefined || /^HEALTHCHECK [^]*\/health\/ready/m.test(stage);
      expect([name, isLooked]).toEqual([name, true]);
    }
    expect(stages.at(-1)).toMatch(/^ENV MUSTER_EXECUTOR_HTTP_PORT=\d+$/m);
  });

  it('runs its own services with few arenas, as they are measured', () => {
    const [, inImage] = /^ENV .*(MALLOC_ARENA_MAX=\d+)/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
    const [, name, amount] =
      /(MALLOC_ARENA_MAX): '(\d+)'/.exec(readFileSync(join(root, 'tools/bench/services.mjs'), 'utf8')) ?? [];
    expect(inImage).toBe(`${name}=${amount}`);
  });

  it('publishes nothing beyond this machine', () => {
    for (const { ports = [] } of Object.values(compose.services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});
