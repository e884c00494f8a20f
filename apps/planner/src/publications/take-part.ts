import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { DEFAULT_PROJECT } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import type { PublicationReply, PublishBundlePart, Reply } from '@muster/protocol';
import type { ArtifactStore } from '@muster/storage';
import type { DataSource, EntityManager } from 'typeorm';
import type { RefusalGate } from '../audit/refusal-gate';
import { publishBundle, type SentBundle } from '../bundles/publish-bundle';
import { rowOf, rowsOf } from '../database/sql';
import type { FindPrincipal } from '../http/identify';
import { statusOf } from '../http/problem-status';
import type { PlanRunner } from '../plans/plan-runner';
import { checkPublisher } from './check-publisher';
import { PublicationRow } from './publication.entity';
import { recordPublication, recordRefusedPart } from './record-publication';

/** Publications of one sender in one project: open at once, and begun within an hour. */
export const OPEN_MAX = 10;
export const BEGUN_PER_HOUR_MAX = 120;

export interface PublicationParts {
  readonly database: DataSource;
  readonly artifacts: ArtifactStore;
  readonly runner: PlanRunner;
  readonly findPrincipal: FindPrincipal | null;
  readonly refusals: RefusalGate;
  /** Reads an archive and keeps it. */
  readonly receive: (body: Readable) => Promise<SentBundle>;
}

/**
 * Takes one part of a bundle; with the last one, whichever it is, the bundle is published. Any planner may take any
 * part, in any order and more than once: what came of a publication is kept, and told again.
 * Throws `ProblemsError` for what is refused, anything else where another try may work.
 */
export async function takePart(parts: PublicationParts, part: PublishBundlePart): Promise<PublicationReply> {
  const { manager } = parts.database;
  const known = await admit(parts, part);
  if (known.answer !== null) return told(known.answer);
  const bytes = Buffer.from(part.data, 'base64');
  const { digest } = await parts.artifacts.put(bytes);
  const row = await rowOf<{ received: Record<string, string> }>(
    manager,
    `UPDATE planner.publication SET received = received || jsonb_build_object($2::text, $3::text) WHERE id = $1 RETURNING received`,
    [known.id, String(part.index), digest],
  );
  // Forgotten meanwhile: the sender is to begin anew.
  if (row === null) throw invalid(part.publication, 'It is not known any more.');
  const received = Object.keys(row.received).length;
  if (received < known.parts) return { publication: known.id, state: 'receiving', received, parts: known.parts };
  const answer = await publish(parts, { ...known, received: row.received });
  // Two planners may have had the last parts at once; both have published the same, and one of them answers first.
  await parts.database.transaction(async (transaction) => {
    const first = await rowsOf(
      transaction,
      `UPDATE planner.publication SET answer = $2::jsonb WHERE id = $1 AND answer IS NULL RETURNING 1`,
      [known.id, JSON.stringify(answer)],
    );
    if (first.length > 0) await recordPublication(transaction, known, answer);
  });
  return told(answer);
}

/** The publication that the part belongs to, if its sender may publish; what is refused here is on record. */
async function admit(parts: PublicationParts, part: PublishBundlePart): Promise<PublicationRow> {
  const { manager } = parts.database;
  const { project = DEFAULT_PROJECT } = part;
  let who: string | null = null;
  try {
    const name = await checkPublisher(manager, parts.findPrincipal, part.token, project, (it) => (who = it));
    return await begin(manager, project, name, part);
  } catch (error) {
    const of = { id: part.publication, project, kind: part.kind, who };
    await recordRefusedPart(manager, parts.refusals, of, error);
    throw error;
  }
}

/** The publication that the part belongs to, begun with it if it is the first. */
async function begin(
  on: EntityManager,
  project: string,
  who: string,
  part: PublishBundlePart,
): Promise<PublicationRow> {
  const { publication: id, kind, digest, size, parts, index } = part;
  if (index >= parts) throw invalid(id, `It has ${parts} parts, and this is number ${index}.`);
  const there = await on.findOneBy(PublicationRow, { id });
  if (there === null) {
    await refuseTooMany(on, project, who);
    await rowsOf(
      on,
      `INSERT INTO planner.publication (id, project, kind, who, digest, size, parts) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [id, project, kind, who, digest, size, parts],
    );
  }
  const row = there ?? (await on.findOneBy(PublicationRow, { id }));
  // Of somebody else's nothing is told, not even that it is there.
  const isSame =
    row?.project === project &&
    row.who === who &&
    row.kind === kind &&
    row.digest === digest &&
    row.size === size &&
    row.parts === parts;
  if (!isSame) throw invalid(id, 'Its parts say different things of the whole.');
  return row;
}

async function refuseTooMany(on: EntityManager, project: string, who: string): Promise<void> {
  const counts = await rowOf<{ open: number; begun: number }>(
    on,
    `SELECT count(*) FILTER (WHERE answer IS NULL)::int AS open,
            count(*) FILTER (WHERE created_at > now() - interval '1 hour')::int AS begun
       FROM planner.publication WHERE project = $1 AND who = $2`,
    [project, who],
  );
  const { open = 0, begun = 0 } = counts ?? {};
  if (open < OPEN_MAX && begun < BEGUN_PER_HOUR_MAX) return;
  throw new ProblemsError([
    problem('PUBLICATION_TOO_MANY', {
      subject: `publications of ${who}`,
      summary: `${open} are open (at most ${OPEN_MAX}), ${begun} were begun within an hour (at most ${BEGUN_PER_HOUR_MAX}).`,
    }),
  ]);
}

async function publish(parts: PublicationParts, row: PublicationRow): Promise<Reply<PublicationReply>> {
  try {
    await checkWhole(parts.artifacts, row);
    const upload = await parts.receive(wholeOf(parts.artifacts, row));
    const { project, kind, who } = row;
    const { name, version, digest, problems } = await publishBundle(parts, { project, kind, who }, upload);
    return {
      ok: true,
      body: { publication: row.id, state: 'published', name, version, digest, problems: [...problems] },
    };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    // What may pass is no answer: the message comes again.
    if (statusOf(error.problems) >= 500) throw new Error(error.message, { cause: error });
    return { ok: false, problems: error.problems };
  }
}

async function checkWhole(artifacts: ArtifactStore, row: PublicationRow): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of wholeOf(artifacts, row) as AsyncIterable<Uint8Array>) {
    hash.update(piece);
    size += piece.length;
  }
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== row.digest || size !== row.size)
    throw invalid(
      row.id,
      `Together its parts have ${size} bytes with the digest ${digest}, announced were ${row.size} with ${row.digest}.`,
    );
}

function wholeOf(artifacts: ArtifactStore, { parts, received }: PublicationRow): Readable {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < parts; index++) yield* await artifacts.open(received[String(index)] ?? '');
  }
  return Readable.from(pieces(), { objectMode: false });
}

function told(answer: Reply<PublicationReply>): PublicationReply {
  if (answer.ok) return answer.body;
  throw new ProblemsError([...answer.problems]);
}

function invalid(publication: string, summary: string): ProblemsError {
  return new ProblemsError([problem('PUBLICATION_INVALID', { subject: `publication ${publication}`, summary })]);
}
