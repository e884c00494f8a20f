import { memoryIo } from '../memory-io.testing';
import { temporaryFolder } from '../temporary-folder.testing';
import { serverAddress } from './server-address';

const CONFIG = '.config/muster/config.yaml';
const local = 'http://127.0.0.1:7070';

describe('server address and token', () => {
  it('come from options, then the environment', async () => {
    const io = memoryIo({
      env: {
        MUSTER_SERVER: 'https://env',
        MUSTER_TOKEN: 'env',
        MUSTER_DATA_DIR: temporaryFolder({ 'admin-token': 'file\n' }),
      },
    });
    expect(await serverAddress(io, { server: 'https://option', token: 'option' })).toEqual({
      server: 'https://option',
      token: 'option',
    });
    expect(await serverAddress(io, {})).toEqual({ server: 'https://env', token: 'env' });
  });

  it('come from the data folder before the user configuration', async () => {
    const home = temporaryFolder({ [CONFIG]: 'token: config\n' });
    const data = temporaryFolder({ 'admin-token': 'file\n' });
    expect(await serverAddress(memoryIo({ home, env: { MUSTER_DATA_DIR: data } }), {})).toEqual({
      server: local,
      token: 'file',
    });
    expect(await serverAddress(memoryIo({ home, env: { MUSTER_DATA_DIR: '/nonexistent' } }), {})).toEqual({
      server: local,
      token: 'config',
    });
  });

  it('are found in the folder that a server makes by default', async () => {
    const cwd = temporaryFolder({ '.muster/admin-token': 'found\n' });
    expect(await serverAddress(memoryIo({ cwd }), {})).toEqual({ server: local, token: 'found' });
  });

  it('never give another machine a token that lay there by chance', async () => {
    const cwd = temporaryFolder({ '.muster/admin-token': 'found\n' });
    expect(await serverAddress(memoryIo({ cwd }), { server: 'http://192.0.2.1:7070' })).toMatchObject({ token: null });
  });

  it('of the user configuration belong together', async () => {
    const home = temporaryFolder({ [CONFIG]: 'server: https://far\ntoken: far\n' });
    const cwd = temporaryFolder({ '.muster/admin-token': 'found\n' });
    expect(await serverAddress(memoryIo({ home, cwd }), {})).toEqual({ server: 'https://far', token: 'far' });
    expect(await serverAddress(memoryIo({ home, cwd }), { server: local })).toEqual({ server: local, token: 'found' });
  });

  it.each(['just text', 'server: 7', 'sever: https://x', 'a: [', '- a'])(
    'refuse a user configuration that says %p',
    async (text) => {
      const home = temporaryFolder({ [CONFIG]: text });
      await expect(serverAddress(memoryIo({ home }), {})).rejects.toMatchObject({ problems: [{ code: 'LOCAL_FILE' }] });
    },
  );
});
