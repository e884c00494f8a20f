import { connect } from 'amqplib';
import { decodeMessage } from '../message';

/** Reads the dead letters of a work queue, oldest first, and leaves them there. */
export async function deadLettersOf(url: string, queue: string): Promise<{ content: unknown; reason: string }[]> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    const letters: { content: unknown; reason: string }[] = [];
    for (let got = await channel.get(`${queue}.dead`); got; got = await channel.get(`${queue}.dead`)) {
      const content = decodeMessage(got.content);
      const headers: Record<string, unknown> = { ...got.properties.headers };
      letters.push({
        content: content.ok ? content.value : null,
        reason: String(headers['x-park-reason'] ?? headers['x-first-death-reason']),
      });
    }
    return letters;
  } finally {
    await connection.close();
  }
}
