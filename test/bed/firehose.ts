import { type BrokerControlDescription, runProgram } from '@muster/testkit';
import { type ChannelModel, connect } from 'amqplib';

/** Listens to everything that a broker takes in and gives out, by RabbitMQ's own trace. */
export class Firehose {
  /** Bodies and headers as they are on the wire; those that are gzipped inside too. */
  readonly messages: Buffer[] = [];

  private constructor(private readonly connection: ChannelModel) {}

  static async open(url: string, control: BrokerControlDescription): Promise<Firehose> {
    await traceOn(control);
    const connection = await connect(url);
    const firehose = new Firehose(connection);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'amq.rabbitmq.trace', '#');
    await channel.consume(
      queue,
      (message) => {
        if (!message) return;
        const { fields, properties } = message;
        firehose.messages.push(Buffer.from(`${fields.routingKey} ${JSON.stringify(properties)}`), message.content);
      },
      { noAck: true },
    );
    return firehose;
  }

  /** Names of what has passed: `publish.<exchange>` and `deliver.<queue>`. */
  get routes(): readonly string[] {
    return this.messages.filter((_, index) => index % 2 === 0).map((head) => head.toString().split(' ')[0] ?? '');
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

async function traceOn(control: BrokerControlDescription): Promise<void> {
  if (control.kind === 'management') throw new Error('the trace of a broker of our own is switched on by rabbitmqctl');
  await runProgram([...control.argv, 'trace_on'], { env: { ...control.env } });
}
