/**
 * A plugin that publishes itself: `node publish.mjs [FOLDER]`. It needs a broker user that may write to the exchange
 * `plugin.publications.v1`, and a token of somebody who may publish:
 *
 *   MUSTER_AMQP_URL    amqps://plugin:...@broker.example/muster
 *   MUSTER_TOKEN       from `muster token create motd --role publisher`
 *   MUSTER_PROJECT     default: default
 *
 * Prints what came of it as JSON; exits 1 if it was refused. Running it again, after whatever interruption, is fine: the
 * publication's id is made from the content, so the planner takes it once.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import amqp from 'amqplib';

const EXCHANGE = 'plugin.publications.v1';
const PART_BYTES = 512 * 1024;
const ANSWER_MS = 60_000;

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'bundle');
const kind = existsSync(join(folder, 'plugin.yaml')) ? 'plugin' : 'release';
const { MUSTER_AMQP_URL: url, MUSTER_TOKEN: token, MUSTER_PROJECT: project = 'default' } = process.env;
if (!url || !token) {
  console.error('MUSTER_AMQP_URL and MUSTER_TOKEN are needed');
  process.exit(1);
}

// The same folder gives the same bytes, and so the same id.
const tar = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '-cf', '-', '-C', folder, '.'];
const archive = execFileSync('tar', tar, { maxBuffer: 64 * 1024 * 1024 });
const hash = createHash('sha256').update(archive).digest('hex');
const publication = [8, 4, 4, 4, 12].reduce(
  ({ text, at }, length, part) => {
    // Version 8 and variant of RFC 9562: an id of the sender's own making.
    const digits = hash.slice(at, at + length);
    const marked = part === 2 ? `8${digits.slice(1)}` : part === 3 ? `8${digits.slice(1)}` : digits;
    return { text: text === '' ? marked : `${text}-${marked}`, at: at + length };
  },
  { text: '', at: 0 },
).text;
const parts = Math.ceil(archive.length / PART_BYTES);
const whole = { publication, kind, project, token, digest: `sha256:${hash}`, size: archive.length, parts };

const connection = await amqp.connect(url);
let code = 1;
try {
  const channel = await connection.createConfirmChannel();
  const waiting = new Map();
  await channel.consume(
    'amq.rabbitmq.reply-to',
    (message) => waiting.get(message.properties.correlationId)?.(JSON.parse(message.content.toString())),
    { noAck: true },
  );
  for (let index = 0; index < parts; index++) {
    const data = archive.subarray(index * PART_BYTES, (index + 1) * PART_BYTES).toString('base64');
    const id = randomUUID();
    const envelope = { id, schema: 'plugin.bundle.publish', version: 1, sentAt: new Date().toISOString() };
    const answered = new Promise((resolve, reject) => {
      waiting.set(id, resolve);
      setTimeout(reject, ANSWER_MS, new Error(`no answer to part ${index + 1} of ${parts}: run this again`)).unref();
    });
    const content = Buffer.from(JSON.stringify({ ...envelope, body: { ...whole, index, data } }));
    channel.publish(EXCHANGE, '', content, { persistent: true, replyTo: 'amq.rabbitmq.reply-to', correlationId: id });
    const answer = await answered;
    if (!answer.ok || answer.body.state === 'published') {
      console.log(JSON.stringify(answer.ok ? answer.body : { problems: answer.problems }));
      code = answer.ok ? 0 : 1;
      break;
    }
  }
} finally {
  await connection.close();
}
process.exit(code);
