import type { ArtifactReader, NodeFailure, OperationFile } from '@muster/execution';
import { refusalOf } from './launcher/refusal';
import { escapeWord } from './launcher/shell-words';
import type { NodeSession } from './node-session';

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

/** Writes all files of an operation into the attempt's folder. */
export async function uploadFiles(
  session: NodeSession,
  attempt: string,
  files: readonly OperationFile[],
  artifacts: ArtifactReader,
): Promise<UploadAnswer> {
  for (const { path, mode = DEFAULT_MODE, content } of files) {
    const bytes =
      'base64' in content ? [Buffer.from(content.base64, 'base64')] : await artifacts.open(content.artifact);
    const answer = await uploadFile(session, attempt, `work/${path}`, mode, bytes);
    if (answer.kind !== 'uploaded') return answer;
  }
  return { kind: 'uploaded' };
}
