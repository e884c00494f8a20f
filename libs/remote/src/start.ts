import type { ArtifactReader, AttemptSpec, StartAnswer } from '@muster/execution';
import { invariant } from '@muster/problems';
import { AttemptFollower } from './attempt-follower';
import type { Followed, Watch } from './followed';
import { ChannelClosed } from './launcher/launcher-channel';
import { unreachable } from './connection/node-failure';
import { escapeWord } from './launcher/shell-words';
import type { NodeSession } from './node-session';
import { commandOf, setupText } from './operation-text';
import { uploadFile, uploadFiles, type LinkTo } from './upload';

/** Longer texts are delivered as files: the launcher's shell reads requests byte by byte. */
const INLINE_MAX = 2048;

/** Delivers the files, claims and spawns; follows the attempt if it was spawned, now or before. */
export async function startAttempt(
  session: NodeSession,
  attempt: AttemptSpec,
  artifacts: ArtifactReader,
  followed: Followed,
  watchReboot: () => Watch,
  linkTo: LinkTo,
): Promise<StartAnswer> {
  const command = commandOf(attempt.operation);
  invariant(command, 'a probe starts nothing on a node');
  let setup: string;
  let script: string;
  try {
    const uploaded = await uploadFiles(session, attempt.id, command.files, artifacts, linkTo);
    if (uploaded.kind === 'unreachable' || uploaded.kind === 'refused') return uploaded;
    setup = await deliver(session, attempt.id, 'setup', setupText(attempt, command));
    script = await deliver(session, attempt.id, 'script', command.script);
  } catch (error) {
    if (error instanceof ChannelClosed)
      return unreachable(`the connection to node ${session.target.name} broke before the start`);
    throw error;
  }
  const alreadyFollowed = followed.has(attempt.id);
  const follower =
    attempt.operation.kind === 'reboot'
      ? watchReboot()
      : new AttemptFollower(session, attempt.id, { stdout: 0, stderr: 0 }, followed);
  // Before the request: a short command's end may be told in the same packet as the answer.
  if (!alreadyFollowed) followed.add(follower);
  try {
    const { words } = await session.request('start', [attempt.id, setup, script]);
    switch (words[0]) {
      case 'started':
        if (!alreadyFollowed) follower.begin(false);
        return { kind: 'started' };
      case 'claimed':
      case 'done':
        if (!alreadyFollowed) follower.begin(true);
        return { kind: 'started' };
      case 'busy':
        if (!alreadyFollowed) followed.drop(attempt.id);
        return { kind: 'busy', attempt: words[1] ?? '' };
      default:
        if (!alreadyFollowed) followed.drop(attempt.id);
        return session.refusal(words);
    }
  } catch (error) {
    if (!(error instanceof ChannelClosed)) throw error;
    if (error.sent) return { kind: 'started' };
    if (!alreadyFollowed) followed.drop(attempt.id);
    return unreachable(`the connection to node ${session.target.name} broke before the start`);
  }
}

/** The word that stands for `text` in the request: itself, or `-` after it was delivered as a file. */
async function deliver(session: NodeSession, attempt: string, name: string, text: string): Promise<string> {
  if (text.length <= INLINE_MAX) return escapeWord(text);
  await uploadFile(session, attempt, name, 0o600, [Buffer.from(text, 'utf8')]);
  return '-';
}
