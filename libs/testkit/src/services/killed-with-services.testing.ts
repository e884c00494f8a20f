import { startPostgres } from './postgres';

/** Starts a service, says where, and dies without a chance to stop it. */
void startPostgres().then(({ url }) => {
  process.stdout.write(`${url}\n`, () => process.kill(process.pid, 'SIGKILL'));
});
