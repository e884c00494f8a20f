import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as protocol from './index';
import { type MessageKind, messageKind, readMessage } from './envelope';

/** Samples as a released version sent them: never changed, only added to. A version that cannot read one breaks upgrades. */
const FOLDER = join(__dirname, 'recorded');

/** Replies travel without an envelope of their own schema; here each is read as the body of a kind. */
const replies = {
  'reply.accepted': protocol.acceptedReply,
  'reply.why': protocol.explainReply,
  'reply.events': protocol.eventsReply,
  'reply.host-key': protocol.hostKeyReply,
  'reply.executors': protocol.executorsReply,
  'reply.pools': protocol.poolsReply,
  'reply.limits': protocol.limitsReply,
  'reply.facts': protocol.factsReply,
  'reply.greeted': protocol.greetedReply,
  'reply.power': protocol.powerReply,
  'reply.publication': protocol.publicationReply,
};

const isKind = (it: unknown): it is MessageKind<unknown> =>
  typeof it === 'object' && it !== null && 'schema' in it && 'version' in it && 'body' in it;

const kinds = [
  ...Object.values<unknown>({ ...protocol }).filter(isKind),
  ...Object.entries(replies).map(([schema, body]) => messageKind<unknown>(schema, 1, body)),
];

const samples = readdirSync(FOLDER).flatMap((version) =>
  readdirSync(join(FOLDER, version)).map((file) => ({
    version,
    schema: file.replace(/\.json$/, ''),
    sample: JSON.parse(readFileSync(join(FOLDER, version, file), 'utf8')) as { readonly body: object },
  })),
);

describe('recorded messages', () => {
  it.each(samples)('$version/$schema still reads, with nothing lost', ({ schema, sample }) => {
    const kind = kinds.find((each) => each.schema === schema);
    expect(kind && readMessage(kind, sample)).toMatchObject({ ok: true, body: sample.body });
  });

  it.each(samples)(
    '$version/$schema reads also with what a newer sender adds, which is left aside',
    ({ schema, sample }) => {
      const kind = kinds.find((each) => each.schema === schema);
      const newer = { ...sample, headers: { added: true }, body: { ...sample.body, addedLater: { deep: [1] } } };
      expect(kind && readMessage(kind, newer)).toMatchObject({ ok: true, body: sample.body });
    },
  );

  it('hold one of every kind', () => {
    const recorded = samples.filter(({ version }) => version === 'v1').map(({ schema }) => schema);
    expect(recorded.sort()).toEqual(kinds.map(({ schema }) => schema).sort());
  });

  it('hold an event of every type, an end of every kind and a stop of every sort', () => {
    const text = JSON.stringify(samples.find(({ schema }) => schema === 'planner.deployment.events')?.sample);
    const types =
      'accepted owner-changed node-ready attempt-started attempt-cancelling attempt-ended retry-set retry-due task-held tasks-ended control state-changed';
    for (const type of types.split(' ')) expect(text).toContain(`"type":"${type}"`);
    for (const kind of 'exited signalled timed-out cancelled unreachable refused lost'.split(' '))
      expect(text).toContain(`"kind":"${kind}"`);
  });
});
