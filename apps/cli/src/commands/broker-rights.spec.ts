import { createTestVhost, type TestVhost } from '@muster/testkit';
import { EVENTS_QUEUE, PUBLICATIONS_QUEUE, TOPOLOGY } from '@muster/protocol';
import { connect } from 'amqplib';
import { muster } from '../memory-io.testing';

interface Definitions {
  readonly users: readonly { readonly name: string; readonly password_hash: string }[];
  readonly permissions: readonly { readonly user: string; readonly vhost: string; readonly write: string }[];
  readonly queues: readonly { readonly name: string }[];
}

describe('broker-rights', () => {
  let vhost: TestVhost;
  const made: string[] = [];
  beforeAll(async () => {
    vhost = await createTestVhost();
  }, 120_000);
  afterAll(async () => {
    for (const name of made) await vhost.deleteUser(name);
    await vhost.drop();
  });

  it('prints a file that the broker takes, and passwords that let their users in, once', async () => {
    const names = ['planner', 'executor', 'plugin'].map((part) => `${part}-of-${vhost.name}`);
    const users = names.map((name) => `--user ${name.split('-')[0]}=${name}`).join(' ');
    const { code, out, err } = await muster(`broker-rights --vhost ${vhost.name} ${users}`);
    expect(code).toBe(0);
    const definitions = JSON.parse(out) as Definitions;
    made.push(...names);
    await vhost.importDefinitions(definitions);
    const passwords = new Map(
      err
        .trim()
        .split('\n')
        .map((line) => line.split(': ') as [string, string]),
    );
    expect([...passwords.keys()]).toEqual(names);
    for (const [name, password] of passwords) {
      expect(out).not.toContain(password);
      const url = new URL(vhost.url);
      [url.username, url.password] = [name, password];
      await (await connect(url.href)).close();
    }
    expect(definitions.queues.map(({ name }) => name)).toEqual(
      expect.arrayContaining(TOPOLOGY.queues.map(({ name }) => name)),
    );
    const plugin = definitions.permissions.find(({ user }) => user.startsWith('plugin-'));
    expect(plugin?.vhost).toBe(vhost.name);
    expect(PUBLICATIONS_QUEUE.name).toMatch(new RegExp(plugin?.write ?? ''));
    expect(EVENTS_QUEUE.name).not.toMatch(new RegExp(plugin?.write ?? ''));
  });

  it('makes users of the three services when none are named, each time with other passwords', async () => {
    const run = async () =>
      JSON.parse((await muster('broker-rights -o json')).out) as { users: { name: string; password: string }[] };
    const [one, two] = [await run(), await run()];
    expect(one.users.map(({ name }) => name)).toEqual(['muster-planner', 'muster-executor', 'muster-plugin']);
    expect(one.users.map(({ password }) => password)).not.toEqual(two.users.map(({ password }) => password));
  });

  it.each(['--user root=x', '--user planner', '--user planner=a --user executor=a'])('refuses %p', async (options) => {
    const { code, out } = await muster(`broker-rights ${options}`);
    expect([code, out]).toEqual([1, '']);
  });
});
