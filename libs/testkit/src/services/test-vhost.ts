import { randomBytes } from 'node:crypto';
import { obtainRabbitmq } from './rabbitmq';
import { SharedService } from './shared-service';

/** An empty vhost of one suite. */
export interface TestVhost {
  readonly url: string;
  readonly name: string;
  /** As an administrator of the broker does. */
  importDefinitions(definitions: object): Promise<void>;
  deleteUser(name: string): Promise<void>;
  /** Ends every client connection to it from the broker's side. */
  closeConnections(): Promise<void>;
  /** Removes it with its queues, unless the broker is thrown away itself at the end. Connections to it are closed before. */
  drop(): Promise<void>;
}

const rabbitmq = new SharedService(() => obtainRabbitmq());

/** Makes an empty vhost on real RabbitMQ: the test run's, else one started for this process. */
export async function createTestVhost(): Promise<TestVhost> {
  const { service, release } = await rabbitmq.use();
  const name = `muster-test-${randomBytes(6).toString('hex')}`;
  try {
    await service.control.addVhost(name, decodeURIComponent(new URL(service.url).username) || 'guest');
  } catch (error) {
    await release();
    throw error;
  }
  const url = new URL(service.url);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    importDefinitions: (definitions) => service.control.importDefinitions(definitions),
    deleteUser: (user) => service.control.deleteUser(user),
    closeConnections: () => service.control.closeConnections(name),
    drop: async () => {
      // A broker of the run's own is controlled by its programs: it ends with the run, and to delete takes seconds.
      if (service.control.description.kind === 'management') await service.control.deleteVhost(name);
      await release();
    },
  };
}
