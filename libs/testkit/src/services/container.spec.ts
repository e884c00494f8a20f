import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findContainerEngine, startContainer } from './container';
import { type PrivateFolder, privateFolder } from './private-folder';

/** No engine runs where most of our tests run, so a stand-in notes what it is asked. */
describe('a service in a container', () => {
  let place: PrivateFolder;
  let engine: string;
  const asked = async (): Promise<string[]> => (await readFile(join(place.path, 'asked'), 'utf8')).trim().split('\n');
  const standIn = async (name: string, script: string): Promise<string> => {
    const file = join(place.path, name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return file;
  };

  beforeEach(async () => {
    place = await privateFolder('engine');
    engine = await standIn('engine', `echo "$@" >> ${place.path}/asked; [ "$1" != run ] || echo the-id`);
  });
  afterEach(() => place.remove());

  it('is asked for only where an engine answers, not where a client is installed', async () => {
    const dead = await standIn('dead', 'echo "Cannot connect to the daemon" >&2; exit 1');
    expect(await findContainerEngine([dead, join(place.path, 'absent')])).toBeNull();
    expect(await findContainerEngine([dead, engine])).toBe(engine);
  });

  it('is run on loopback only, broken and mended by the engine, and removed with its data', async () => {
    const service = await startContainer({
      engine,
      image: 'postgres:15-alpine',
      env: { A: 'b' },
      port: 4242,
      innerPort: 5432,
      url: 'postgresql://x',
      isReady: async () => true,
    });
    await service.kill();
    await service.start();
    await service.pause();
    await service.resume();
    await service.restart();
    await service.stop();
    await service.stop();
    expect(await asked()).toEqual([
      'run -d --label muster-test -p 127.0.0.1:4242:5432 -e A=b postgres:15-alpine',
      'kill -s KILL the-id',
      'start the-id',
      'pause the-id',
      'unpause the-id',
      'restart the-id',
      'rm -f -v the-id',
    ]);
  });
});
