import { spawn } from 'node:child_process';
import { runAs } from './service-user';

it('starts a service, says which, and waits for ever', async () => {
  const [file = '', ...args] = [...(await runAs(null)), process.execPath, '-e', 'setInterval(() => {}, 1000)'];
  const child = spawn(file, args, { stdio: 'ignore' });
  process.stderr.write(`started ${process.pid} ${child.pid}\n`);
  await new Promise(() => undefined);
});
