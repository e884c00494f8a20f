import { createHash } from 'node:crypto';
import { problem, ProblemsError } from '@muster/problems';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';
import { writeFeedEvents } from '../feed/write-feed-events';
import type { Editing } from '../http/editing';
import { requireMatch } from '../http/etag';
import { NodeRow } from '../nodes/node.entity';
import { writeHistory } from '../nodes/node-history';
import { ProfileRow } from './profile.entity';
import { unmetRules } from './profile-rules';

/** Throws `API_NOT_FOUND`. */
export async function findProfile(
  on: EntityManager,
  project: string,
  name: string,
  lock?: 'pessimistic_write',
): Promise<ProfileRow> {
  const row = await on.findOne(ProfileRow, {
    where: { project, name },
    ...(lock === undefined ? {} : { lock: { mode: lock } }),
  });
  if (row !== null) return row;
  throw new ProblemsError([
    problem('API_NOT_FOUND', {
      subject: `profile ${name}`,
      summary: 'There is no such profile.',
      remedy: '`muster profile list` shows what there is.',
    }),
  ]);
}

/** Throws `PROFILE_IN_USE` where nodes were given it, or a cluster wants it. */
export async function removeProfile(
  on: EntityManager,
  { project, who, ifMatch }: Editing,
  name: string,
): Promise<void> {
  requireMatch(ifMatch, profileEtag(await findProfile(on, project, name, 'pessimistic_write')), `profile ${name}`);
  const users = await rowsOf<{ user: string }>(
    on,
    `(SELECT 'node ' || name AS user FROM planner.node WHERE project = $1 AND profile = $2 LIMIT 20)
     UNION ALL
     (SELECT 'cluster ' || c.name FROM planner.cluster c
      JOIN planner.revision r ON r.cluster_id = c.id AND r.number = c.head_revision
      WHERE c.project = $1 AND EXISTS (SELECT 1 FROM jsonb_each_text(coalesce(r.content->'profiles', '{}')) AS p WHERE p.value = $2) LIMIT 20)`,
    [project, name],
  );
  if (users.length > 0)
    throw new ProblemsError([
      problem('PROFILE_IN_USE', {
        subject: `profile ${name}`,
        summary: `It is used by ${users.map(({ user }) => user).join(', ')}.`,
      }),
    ]);
  await on.delete(ProfileRow, { project, name });
  await writeFeedEvents(on, project, [
    { type: 'profile.removed', at: null, subject: {}, data: { profile: name, who } },
  ]);
}

/** Gives a node a profile by hand, whatever its facts, or takes it away. Throws `API_NOT_FOUND`. */
export async function giveProfile(on: EntityManager, row: NodeRow, profile: string | null): Promise<void> {
  if (profile !== null) await findProfile(on, row.project, profile);
  await on.update(NodeRow, { id: row.id }, { profile });
}

/** Whether a node fits, and what is against it; one that was given the profile by hand fits. */
export function misfitsOf(
  node: Pick<NodeRow, 'facts' | 'labels' | 'profile'>,
  profile: Pick<ProfileRow, 'name' | 'rules'>,
): readonly string[] {
  if (node.profile === profile.name) return [];
  if (node.profile !== null) return [`it was given the profile ${node.profile}`];
  return unmetRules(profile.rules, node);
}

/** Nodes that fit a profile, by name, and what is against the others. */
export async function matchProfile(
  on: EntityManager,
  project: string,
  name: string,
): Promise<readonly { readonly node: string; readonly cluster: boolean; readonly misfits: readonly string[] }[]> {
  const profile = await findProfile(on, project, name);
  const rows = await on.find(NodeRow, { where: { project }, order: { name: 'ASC' } });
  return rows
    .filter(({ state }) => state !== 'retired')
    .map((row) => ({ node: row.name, cluster: row.clusterId !== null, misfits: misfitsOf(row, profile) }));
}

/** Gives the profile to every node in no cluster that fits it and has none; tells their names. */
export async function assignByMatch(
  on: EntityManager,
  project: string,
  name: string,
  who: string,
): Promise<readonly string[]> {
  const matched = await matchProfile(on, project, name);
  const fit = matched.filter(({ cluster, misfits }) => !cluster && misfits.length === 0).map(({ node }) => node);
  const rows = await rowsOf<{ id: string; name: string }>(
    on,
    `UPDATE planner.node SET profile = $2 WHERE project = $1 AND name = ANY ($3::text[]) AND profile IS NULL AND cluster_id IS NULL
     RETURNING id, name`,
    [project, name, fit],
  );
  await writeHistory(
    on,
    rows.map(({ id }) => ({ nodeId: id, kind: 'changed', who, data: { changed: ['profile'], profile: name } })),
  );
  await writeFeedEvents(
    on,
    project,
    rows.map((row) => ({
      type: 'node.changed',
      at: null,
      subject: { node: row.name },
      data: { changed: ['profile'], who },
    })),
  );
  return rows.map((row) => row.name).sort();
}

/** Writes a profile, new or changed; what says the same already stays as it is. */
export async function writeProfile(
  on: EntityManager,
  { project, who, ifMatch }: Editing,
  name: string,
  { rules, description }: { readonly rules: readonly string[]; readonly description: string | null },
): Promise<ProfileRow> {
  const find = () => on.findOne(ProfileRow, { where: { project, name }, lock: { mode: 'pessimistic_write' } });
  const before = await find();
  requireMatch(ifMatch, before && profileEtag(before), `profile ${name}`);
  await rowsOf(
    on,
    `INSERT INTO planner.profile (project, name, rules, description) VALUES ($1, $2, $3, $4)
     ON CONFLICT (project, name) DO UPDATE SET rules = excluded.rules, description = excluded.description, changed_at = now()
       WHERE (profile.rules, profile.description) IS DISTINCT FROM (excluded.rules, excluded.description)
     RETURNING 1`,
    [project, name, rules, description],
  );
  const after = await findProfile(on, project, name);
  if (before === null || profileEtag(before) !== profileEtag(after))
    await writeFeedEvents(on, project, [
      { type: 'profile.changed', at: null, subject: {}, data: { profile: name, created: before === null, who } },
    ]);
  return after;
}

/** Of what it says. */
export function profileEtag({ rules, description }: ProfileRow): string {
  return createHash('sha256')
    .update(JSON.stringify([rules, description]))
    .digest('hex')
    .slice(0, 32);
}
