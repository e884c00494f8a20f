import { findContainerEngine, startContainer } from './container';
import { freePort } from './free-port';
import { ensureInstalled, postgresRequirement } from './machine';
import { answers, findPostgres, silence, startPostgresDaemon } from './postgres-daemon';
import { ANSWER_LIMIT_MS, type PrivateService, type Service } from './service';

export const POSTGRES_VARIABLE = 'MUSTER_TEST_DATABASE_URL';

/** A PostgreSQL of our own, that may be broken: from installed binaries, else a container, else freshly installed packages. */
export async function startPostgres(say?: (text: string) => void): Promise<PrivateService> {
  const programs = await findPostgres();
  if (programs) return startPostgresDaemon(programs);
  const engine = await findContainerEngine();
  if (engine) {
    const port = await freePort();
    const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
    return startContainer({
      engine,
      image: 'postgres:15-alpine',
      env: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
      port,
      innerPort: 5432,
      url,
      isReady: () => answers(url),
    });
  }
  await ensureInstalled(
    [postgresRequirement],
    say,
    `, start a container engine, or give an address in ${POSTGRES_VARIABLE}`,
  );
  return startPostgres(say);
}

/** The PostgreSQL that the environment names, else one of our own. */
export async function obtainPostgres(say?: (text: string) => void): Promise<Service> {
  const url = process.env[POSTGRES_VARIABLE];
  if (url === undefined || url === '') return startPostgres(say);
  const reason = await silence(url, ANSWER_LIMIT_MS);
  if (reason !== null)
    throw new Error(`${POSTGRES_VARIABLE} names a PostgreSQL that does not answer (${reason}); correct or unset it.`);
  return { kind: 'environment', url, stop: async () => undefined };
}
