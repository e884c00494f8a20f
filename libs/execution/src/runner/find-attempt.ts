import { mayPass } from '@muster/scheduling';
import { pause } from '../ports/clock';
import type { AttachAnswer, AttemptSpec, NodeFailure, NodeReady, NodeTarget } from '../ports/node-port';
import type { ClaimedNodes } from './claimed-nodes';
import type { LiveAttempt } from './live-attempt';
import type { RunnerContext } from './runner-context';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 10_000;
/** For how long a node may refuse to answer for an attempt where that may pass: a machine that boots takes minutes. */
const REFUSED_MOST_MS = 300_000;

/** `fenced`: the node knows a newer owner. `over`: nobody wants to know any more. */
export type FoundAttempt =
  | { readonly kind: 'followed' }
  | { readonly kind: 'never-started' }
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'over' };

export interface FindingAttempt {
  readonly live: LiveAttempt;
  readonly target: NodeTarget;
  readonly spec: AttemptSpec;
  readonly isWanted: () => boolean;
  /** Told why the node does not answer for the attempt, as a part of a sentence, once it has twice not done so; null once it does. */
  readonly silent: (why: string | null) => void;
}

/**
 * Finds out what became of an attempt: the five cases after a takeover or a lost link. Asks until it knows; a node that can
 * be reached and refuses to answer is asked for five minutes, where that may pass, and then the attempt is lost.
 */
export async function findAttempt(
  context: RunnerContext,
  claimed: ClaimedNodes,
  { live, target, spec, isWanted, silent }: FindingAttempt,
): Promise<FoundAttempt> {
  const { clock } = context;
  const { recorded } = live;
  if (recorded === null) return { kind: 'never-started' };
  let refusedUntil: number | null = null;
  let isTold = false;
  for (let wait = BACKOFF_FIRST_MS; isWanted(); wait = Math.min(wait * 2, BACKOFF_MOST_MS)) {
    const answer = await ask(context, claimed, live, target, spec, recorded);
    if (answer.kind !== 'unreachable' && answer.kind !== 'refused') {
      if (isTold) silent(null);
      return answer.kind === 'ended' || answer.kind === 'running' ? { kind: 'followed' } : answer;
    }
    if (answer.kind === 'refused') {
      if (answer.code === 'NODE_TICKET_OLD') return { kind: 'fenced' };
      refusedUntil ??= clock.monotonic() + REFUSED_MOST_MS;
      if (!mayPass(answer.code) || clock.monotonic() >= refusedUntil)
        return { kind: 'lost', detail: `the node does not answer for it (${answer.code}): ${answer.detail}` };
    }
    if (!isTold && wait > BACKOFF_FIRST_MS) {
      isTold = true;
      silent(describe(answer));
    }
    await pause(clock, wait);
  }
  return { kind: 'over' };
}

async function ask(
  { nodes }: RunnerContext,
  claimed: ClaimedNodes,
  live: LiveAttempt,
  target: NodeTarget,
  spec: AttemptSpec,
  recorded: NodeReady,
): Promise<AttachAnswer> {
  const ready = await nodes.prepare(target, claimed.ticket(live.machine));
  if (ready.kind !== 'ready') return ready;
  return nodes.attach(target, claimed.ticket(live.machine), spec, recorded, { ...live.received });
}

function describe(failure: NodeFailure): string {
  if (failure.kind === 'unreachable')
    return `it cannot be reached (${failure.detail}), and is asked again until the task's timeout`;
  return `it refuses (${failure.code}: ${failure.detail}), and is asked again for five minutes; then the attempt is lost`;
}
