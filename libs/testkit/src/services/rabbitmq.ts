import {
  brokerControl,
  type BrokerControl,
  type BrokerControlDescription,
  commandControl,
  managementControl,
} from './broker-control';
import { findContainerEngine, startContainer } from './container';
import { freePort } from './free-port';
import { ensureInstalled, rabbitmqRequirement } from './machine';
import { accepts, findRabbitmq, type PrivateBroker, refusal, startRabbitmqDaemon } from './rabbitmq-daemon';
import { ANSWER_LIMIT_MS, type Service } from './service';

export const RABBITMQ_VARIABLE = 'MUSTER_TEST_AMQP_URL';
/** Address of the management plugin with credentials; absent: the broker's host and account, port 15672. */
export const RABBITMQ_MANAGEMENT_VARIABLE = 'MUSTER_TEST_AMQP_MANAGEMENT_URL';
/** Set by the test runner for its own broker, which has no management plugin: a `BrokerControlDescription` as JSON. */
export const RABBITMQ_CONTROL_VARIABLE = 'MUSTER_TEST_AMQP_CONTROL';

/** A broker and the means to administer it. */
export type Broker = Service & { readonly control: BrokerControl };

export interface RabbitmqOptions {
  readonly say?: ((text: string) => void) | undefined;
  /**
   * Further lines of rabbitmq.conf, such as a listener of TLS. Files that they name must be readable by the user that the
   * broker runs as. With any, a container does not count, since it sees neither our files nor more than one port.
   */
  readonly settings?: readonly string[];
}

/** A RabbitMQ of our own, that may be broken: from installed binaries, else a container, else freshly installed packages. */
export async function startRabbitmq(options: RabbitmqOptions = {}): Promise<PrivateBroker> {
  const { say, settings = [] } = options;
  const programs = await findRabbitmq();
  if (programs) return startRabbitmqDaemon(programs, settings);
  const engine = settings.length === 0 ? await findContainerEngine() : null;
  if (engine) {
    const port = await freePort();
    const url = `amqp://guest:guest@127.0.0.1:${port}`;
    const isReady = (): Promise<boolean> => accepts(url);
    const container = await startContainer({
      engine,
      image: 'rabbitmq:3.13',
      env: {},
      port,
      innerPort: 5672,
      url,
      isReady,
    });
    return { ...container, control: commandControl([engine, 'exec', container.id, 'rabbitmqctl', '-q'], process.env) };
  }
  await ensureInstalled(
    [rabbitmqRequirement],
    say,
    `, start a container engine, or give an address in ${RABBITMQ_VARIABLE}`,
  );
  return startRabbitmq(options);
}

/** The RabbitMQ that the environment names, else one of our own. */
export async function obtainRabbitmq(say?: (text: string) => void): Promise<Broker> {
  const url = process.env[RABBITMQ_VARIABLE];
  if (url === undefined || url === '') return startRabbitmq({ say });
  const reason = await refusal(url, ANSWER_LIMIT_MS);
  if (reason !== null)
    throw new Error(`${RABBITMQ_VARIABLE} names a RabbitMQ that does not answer (${reason}); correct or unset it.`);
  return { kind: 'environment', url, control: controlFromEnvironment(url), stop: async () => undefined };
}

function controlFromEnvironment(url: string): BrokerControl {
  const described = process.env[RABBITMQ_CONTROL_VARIABLE];
  if (described) return brokerControl(JSON.parse(described) as BrokerControlDescription);
  const { hostname, username, password } = new URL(url);
  const account = `${username || 'guest'}:${password || 'guest'}`;
  return managementControl(process.env[RABBITMQ_MANAGEMENT_VARIABLE] ?? `http://${account}@${hostname}:15672`);
}
