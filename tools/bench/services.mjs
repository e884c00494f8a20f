import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { start } from './background.mjs';
import { root } from './root.mjs';

export const muster = join(root, 'apps/cli/bin/muster.cjs');

/** Starts `muster WORD`; with `profileFolder` it leaves a CPU profile there when it ends. */
export function service(word, folder, env, profileFolder, index = 0) {
  const name = index === 0 ? word : `${word}-${index + 1}`;
  const flags = profileFolder
    ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${name}.cpuprofile`]
    : [];
  return start(name, [...flags, muster, word], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      // As the image has it.
      MALLOC_ARENA_MAX: '2',
      MUSTER_DATA_DIR: join(folder, name),
      ...env,
    },
    logFile: join(folder, `${name}.log`),
  });
}

const common = () => ({
  MUSTER_HTTP_PORT: '0',
  MUSTER_ADMIN_TOKEN: randomBytes(24).toString('hex'),
  MUSTER_SECRET_KEY: randomBytes(32).toString('base64'),
});

/** `muster server` on its data folder alone. Each of what is given ends with its `stop`, in the order given. */
export async function startEmbedded(folder, profileFolder) {
  const env = common();
  const server = await service('server', folder, env, profileFolder);
  return { url: server.ready.url, token: env.MUSTER_ADMIN_TOKEN, measured: [server], stop: [server] };
}

/** `muster planner` and one `muster executor` on a real PostgreSQL and RabbitMQ: the environment's, else private ones. */
export async function startProduction(folder, profileFolder) {
  const { planners, env, url, token, stop } = await startPlanners(folder, 1, profileFolder);
  try {
    const executor = await service('executor', folder, { ...env, MUSTER_PLANNER_URL: url }, profileFolder);
    stop.unshift(executor);
    return { url, token, env, measured: [...planners, executor], stop };
  } catch (error) {
    for (const each of stop) await each.stop();
    throw error;
  }
}

/** So many `muster planner`s on one PostgreSQL and one RabbitMQ, as above. */
export async function startPlanners(folder, count, profileFolder) {
  const testkit = createRequire(import.meta.url)(join(root, 'libs/testkit/dist/index.js'));
  const stop = [];
  try {
    const database = await testkit.createTestDatabase();
    stop.unshift({ stop: () => database.drop() });
    const vhost = await testkit.createTestVhost();
    stop.unshift({ stop: () => vhost.drop() });
    const env = { ...common(), MUSTER_DATABASE_URL: database.url, MUSTER_AMQP_URL: vhost.url };
    const planners = [];
    for (let index = 0; index < count; index++) {
      const planner = await service('planner', folder, env, profileFolder, index);
      planners.push(planner);
      stop.unshift(planner);
    }
    const { url } = planners[0].ready;
    return { planners, env, url, token: env.MUSTER_ADMIN_TOKEN, stop };
  } catch (error) {
    for (const each of stop) await each.stop();
    throw error;
  }
}
