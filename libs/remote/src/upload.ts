import type { ArtifactReader, NodeFailure, NodeTarget, OperationFile } from '@muster/execution';
import { refusalOf } from './launcher/refusal';
import { escapeWord } from './launcher/shell-words';
import type { NodeSession } from './node-session';
import { readTar } from './read-tar';

/** Bytes sent before an answer is waited for; between two such pieces other requests to the node get their turn. */
const PIECE_MAX = 1024 * 1024;
const DEFAULT_MODE = 0o600;

/** `claimed`: the attempt was claimed before, so its files are left alone. */
export type UploadAnswer = { readonly kind: 'uploaded' } | { readonly kind: 'claimed' } | NodeFailure;

/** Writes one file of an attempt that is not claimed yet. `name` is relative to the launcher's folder of the attempt. */
export async function uploadFile(
  session: NodeSession,
  attempt: string,
  name: string,
  mode: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<UploadAnswer> {
  let first = true;
  let gathered: Uint8Array[] = [];
  let size = 0;
  const flush = async (): Promise<UploadAnswer | null> => {
    const payload = Buffer.concat(gathered);
    gathered = [];
    size = 0;
    const place = first ? 'new' : 'more';
    first = false;
    const words = [attempt, escapeWord(name), mode.toString(8), place, payload.length];
    const answer = await session.request('put', words, { payload });
    if (answer.words[0] === 'ok') return null;
    return answer.words[0] === 'claimed' ? { kind: 'claimed' } : refusalOf(session.target.name, answer.words);
  };
  for await (const bytes of content) {
    for (let at = 0; at < bytes.length; at += PIECE_MAX) {
      const piece = bytes.subarray(at, at + PIECE_MAX);
      if (size + piece.length > PIECE_MAX) {
        const stop = await flush();
        if (stop) return stop;
      }
      gathered.push(piece);
      size += piece.length;
    }
  }
  if (size > 0 || first) {
    const stop = await flush();
    if (stop) return stop;
  }
  return { kind: 'uploaded' };
}

/** How another node is reached whose files are to be read. */
export type LinkTo = (node: NodeTarget) => Promise<NodeSession | NodeFailure>;

interface Content {
  readonly read: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Once all is read: why it is not whole; null if it is. */
  readonly failure: () => Promise<NodeFailure | null>;
  /** Nobody reads the rest. */
  readonly stop: () => void;
}

async function bytesOf(
  content: OperationFile['content'],
  artifacts: ArtifactReader,
  linkTo: LinkTo,
): Promise<Content | NodeFailure> {
  if ('tar' in content) {
    const session = await linkTo(content.from);
    return 'kind' in session ? session : readTar(session, content.tar);
  }
  const whole = 'base64' in content ? [Buffer.from(content.base64, 'base64')] : await artifacts.open(content.artifact);
  return { read: () => whole, failure: async () => null, stop: () => undefined };
}

/** Writes all files of an operation into the attempt's folder. */
export async function uploadFiles(
  session: NodeSession,
  attempt: string,
  files: readonly OperationFile[],
  artifacts: ArtifactReader,
  linkTo: LinkTo,
): Promise<UploadAnswer> {
  for (const { path, mode = DEFAULT_MODE, content } of files) {
    const bytes = await bytesOf(content, artifacts, linkTo);
    if ('kind' in bytes) return bytes;
    try {
      const answer = await uploadFile(session, attempt, `work/${path}`, mode, bytes.read());
      if (answer.kind !== 'uploaded') return answer;
      const failure = await bytes.failure();
      if (failure) return failure;
    } finally {
      bytes.stop();
    }
  }
  return { kind: 'uploaded' };
}
