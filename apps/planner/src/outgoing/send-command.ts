import { type Bus, BusError, makeEnvelope } from '@muster/messaging';
import { problem, type Problem } from '@muster/problems';
import {
  COMMANDS_QUEUE,
  closeTransaction,
  controlDeployment,
  type Envelope,
  isPassingRefusal,
  type MessageKind,
  releaseTransaction,
  startDeployment,
} from '@muster/protocol';
import { describeBusFailure } from '../executors/ask-executors';
import type { OutgoingKind } from './outgoing.entity';

/** Fetching artifacts comes before the answer to a start. */
const PATIENCE_MS: Readonly<Record<OutgoingKind, number>> = {
  start: 60_000,
  control: 10_000,
  release: 10_000,
  close: 10_000,
};

export type CommandAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  /** Nobody said anything that stays: the command may have been taken, and is to be sent again under the same id. */
  | { readonly kind: 'unanswered'; readonly reason: string };

/** Sends a stored command under its own id, so that a second sending is known as such. */
export async function sendCommand(bus: Bus, id: string, kind: OutgoingKind, body: unknown): Promise<CommandAnswer> {
  try {
    const reply = await bus.request(COMMANDS_QUEUE, envelopeOf(id, kind, body), PATIENCE_MS[kind]);
    if (reply.ok) return { kind: 'accepted' };
    if (!isPassingRefusal(reply.problems)) return { kind: 'refused', problems: reply.problems };
    return { kind: 'unanswered', reason: reply.problems.map(({ summary }) => summary).join('; ') };
  } catch (error) {
    // Would be so at each further try.
    if (error instanceof BusError && error.failure === 'too-large')
      return {
        kind: 'refused',
        problems: [problem('API_INVALID', { subject: 'the command', summary: error.message })],
      };
    if (error instanceof BusError) return { kind: 'unanswered', reason: describeBusFailure(error) };
    throw error;
  }
}

function envelopeOf(id: string, kind: OutgoingKind, body: unknown): Envelope {
  // Stored as it was written, and checked by whoever receives it.
  const wrap = <Body>(as: MessageKind<Body>): Envelope => makeEnvelope(as, body as Body, id);
  switch (kind) {
    case 'start':
      return wrap(startDeployment);
    case 'control':
      return wrap(controlDeployment);
    case 'release':
      return wrap(releaseTransaction);
    case 'close':
      return wrap(closeTransaction);
  }
}
