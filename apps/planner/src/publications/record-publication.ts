import { ProblemsError } from '@muster/problems';
import type { Reply } from '@muster/protocol';
import type { EntityManager } from 'typeorm';
import type { RefusalGate } from '../audit/refusal-gate';
import { type AuditEntry, outcomeOf, writeAudit } from '../audit/write-audit';
import { statusOf } from '../http/problem-status';

/** Which publication, and whose; `who` is null while nobody is known. */
export interface PublicationIdentity {
  readonly id: string;
  readonly project: string;
  readonly kind: 'release' | 'plugin';
  readonly who: string | null;
}

/** Records what came of a publication, as what the same does by HTTP is recorded, but for where it came from. */
export async function recordPublication(
  on: EntityManager,
  of: PublicationIdentity,
  answer: Reply<unknown>,
): Promise<void> {
  await writeAudit(on, entryOf(of, answer));
}

/** Records that a part was refused before anything was taken of it; a flood is counted. */
export async function recordRefusedPart(
  on: EntityManager,
  refusals: RefusalGate,
  of: PublicationIdentity,
  error: unknown,
): Promise<void> {
  if (!(error instanceof ProblemsError)) return;
  const entry = entryOf(of, { ok: false, problems: error.problems });
  if (refusals.pass(entry, performance.now())) await writeAudit(on, entry);
}

function entryOf({ id, project, kind, who }: PublicationIdentity, answer: Reply<unknown>): AuditEntry {
  const status = answer.ok ? 201 : statusOf(answer.problems);
  return {
    // Strangers to a project leave nothing in its own record, as by HTTP.
    project: status === 401 || status === 404 ? null : project,
    who,
    what: kind === 'release' ? 'publishRelease' : 'publishPlugin',
    subject: `publication ${id}`,
    why: null,
    fromAddress: 'broker',
    outcome: outcomeOf(status),
    status,
    code: answer.ok ? null : (answer.problems[0]?.code ?? null),
  };
}
