import { runProgram } from './run-program';

/** Administration of a broker: what AMQP itself cannot do. */
export interface BrokerControl {
  /** Plain data, so that another process can make the same control of it: see `brokerControl`. */
  readonly description: BrokerControlDescription;
  /** Makes a vhost in which `user` may do everything. */
  addVhost(name: string, user: string): Promise<void>;
  deleteVhost(name: string): Promise<void>;
  /** Makes what a file of definitions names: queues, exchanges, users with their rights. */
  importDefinitions(definitions: object): Promise<void>;
  deleteUser(name: string): Promise<void>;
  /** Ends every client connection to the vhost, as an operator or a failing load balancer would. */
  closeConnections(vhost: string): Promise<void>;
}

export type BrokerControlDescription =
  | {
      readonly kind: 'command';
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string | undefined>>;
    }
  | { readonly kind: 'management'; readonly url: string };

/** The control that a description stands for. */
export function brokerControl(description: BrokerControlDescription): BrokerControl {
  switch (description.kind) {
    case 'command':
      return commandControl(description.argv, description.env);
    case 'management':
      return managementControl(description.url);
  }
}

/** Through rabbitmqctl; `argv` ends with its name. */
export function commandControl(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): BrokerControl {
  const run = async (...args: string[]): Promise<void> =>
    void (await runProgram([...argv, ...args], { env: { ...env } }));
  const importDefinitions = async (definitions: object): Promise<void> =>
    void (await runProgram([...argv, 'import_definitions'], { env: { ...env }, input: JSON.stringify(definitions) }));
  return {
    description: { kind: 'command', argv, env },
    // Both at once: each call starts an Erlang machine, for half a second of CPU.
    addVhost: (name, user) =>
      importDefinitions({
        vhosts: [{ name }],
        permissions: [{ vhost: name, user, configure: '.*', write: '.*', read: '.*' }],
      }),
    deleteVhost: (name) => run('delete_vhost', name),
    importDefinitions,
    deleteUser: (name) => run('delete_user', name),
    closeConnections: (vhost) => run('close_all_connections', '--vhost', vhost, 'closed by a test'),
  };
}

/** Through the management plugin's HTTP API; `url` has the credentials and no path. */
export function managementControl(url: string): BrokerControl {
  const { username, password, origin } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${origin}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : undefined,
    });
    if (!answer.ok) throw new Error(`${method} ${path} at the broker's management API answered ${answer.status}`);
    return answer.status === 200 ? answer.json() : null;
  };
  return {
    description: { kind: 'management', url },
    addVhost: async (name, user) => {
      const vhost = encodeURIComponent(name);
      await call('PUT', `vhosts/${vhost}`, {});
      await call('PUT', `permissions/${vhost}/${encodeURIComponent(user)}`, {
        configure: '.*',
        write: '.*',
        read: '.*',
      });
    },
    deleteVhost: async (name) => void (await call('DELETE', `vhosts/${encodeURIComponent(name)}`)),
    importDefinitions: async (definitions) => void (await call('POST', 'definitions', definitions)),
    deleteUser: async (name) => void (await call('DELETE', `users/${encodeURIComponent(name)}`)),
    closeConnections: async (vhost) => {
      const connections = (await call('GET', `vhosts/${encodeURIComponent(vhost)}/connections`)) as { name: string }[];
      for (const { name } of connections) await call('DELETE', `connections/${encodeURIComponent(name)}`);
    },
  };
}
