import type { CloseTransaction, ControlDeployment, ReleaseTransaction, StartDeployment } from '@muster/protocol';
import { currentScope } from '@muster/telemetry';
import type { EntityManager } from 'typeorm';
import { rowsOf } from '../database/sql';

/** A command to be kept until it is answered. */
export type OutgoingCommand =
  | { readonly kind: 'start'; readonly body: StartDeployment }
  | { readonly kind: 'control'; readonly body: ControlDeployment }
  | { readonly kind: 'release'; readonly body: ReleaseTransaction }
  | { readonly kind: 'close'; readonly body: CloseTransaction };

/**
 * Writes a command in the database transaction of the state that it comes from, at the end of its deployment's line;
 * the caller keeps others from writing to that line, by the row lock of deployment or transaction. The same id again
 * changes nothing. It is sent as a part of the request and the trace that the caller works for.
 */
export async function writeOutgoing(
  on: EntityManager,
  id: string,
  deployment: string,
  command: OutgoingCommand,
): Promise<void> {
  const { requestId, traceparent } = currentScope();
  await rowsOf(
    on,
    `INSERT INTO planner.outgoing (id, kind, deployment_id, position, body, request_id, traceparent)
     SELECT $1, $3, $2, coalesce(max(position), 0) + 1, $4::jsonb, $5, $6 FROM planner.outgoing WHERE deployment_id = $2
     ON CONFLICT (id) DO NOTHING`,
    [id, deployment, command.kind, JSON.stringify(command.body), requestId ?? null, traceparent ?? null],
  );
}
