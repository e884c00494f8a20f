import type { AttachAnswer, AttemptSpec, NodeReady } from '@muster/execution';
import type { OutputSizes } from '@muster/model';
import { AttemptFollower } from './attempt-follower';
import type { Followed, Watch } from './followed';
import type { NodeSession } from './node-session';

/**
 * The five cases after a takeover or a lost link, first match: end recorded; alive; claimed with nothing alive, or booted
 * since; not claimed and the recorded state folder; not claimed and another folder.
 * Fails with `ChannelClosed` when the link breaks.
 */
export async function attachAttempt(
  session: NodeSession,
  attempt: AttemptSpec,
  recorded: NodeReady,
  offsets: OutputSizes,
  followed: Followed,
  watchReboot: () => Watch,
): Promise<AttachAnswer> {
  const { words } = await session.request('ask', [attempt.id]);
  const [state, code = '', claimBoot] = words;
  const booted = session.bootId !== (claimBoot === '-' ? recorded.bootId : claimBoot);
  const isReboot = attempt.operation.kind === 'reboot';
  const follow = (): void => {
    const watch = isReboot ? watchReboot() : new AttemptFollower(session, attempt.id, offsets, followed);
    followed.add(watch);
    watch.begin(true);
  };
  // A machine that was to be booted and has booted is done, whatever else is recorded.
  if (isReboot && booted && state !== 'done') {
    const watch = watchReboot();
    followed.add(watch);
    watch.begin(true);
    return { kind: 'ended' };
  }
  switch (state) {
    case 'exit':
    case 'done':
      follow();
      // The command that triggers a reboot ends before the machine does.
      return isReboot && code === '0' ? { kind: 'running' } : { kind: 'ended' };
    case 'alive':
      follow();
      return { kind: 'running' };
    case 'gone':
      return {
        kind: 'lost',
        detail: booted ? BOOTED : 'the attempt was claimed, nothing of it is alive and no end is recorded',
      };
    case 'none':
      if (booted) return { kind: 'lost', detail: BOOTED };
      if (session.stateFolder === recorded.stateFolder) return { kind: 'never-started' };
      return { kind: 'lost', detail: 'the state folder on the node is another one than before' };
    default:
      return session.refusal(words);
  }
}

const BOOTED = 'the machine has booted since, and no end is recorded';
