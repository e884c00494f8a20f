import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { NotReadNow, type SentGraph } from '@muster/execution';
import { type BesideStart, besideStart, putParametersBack } from '@muster/protocol';
import { ArtifactError } from '@muster/storage';
import type { ExecutorArtifacts } from '../executor-ports';

/** Largest graph, unpacked: far above 100,000 tasks; an executor holds it twice while it reads it. */
const GRAPH_BYTES_MAX = 192 * 1024 * 1024;

/**
 * JSON of a gzipped graph, with the parameters that it refers to. Fails with an Error on anything else, on more than
 * `GRAPH_BYTES_MAX`, and if an artifact is not kept here; with `NotReadNow` if the store of artifacts does not answer.
 */
export async function readGraph(gzip: Uint8Array, artifacts: ExecutorArtifacts): Promise<unknown> {
  const bytes = await promisify(gunzip)(gzip, { maxOutputLength: GRAPH_BYTES_MAX });
  const packed = JSON.parse(bytes.toString('utf8')) as unknown;
  return putParametersBack(packed, async (digest) => (await bytesOf(digest, artifacts)).toString('utf8'));
}

/** The graph of a start command, from inside it or from its artifact. */
export async function graphBytes(graph: SentGraph, artifacts: ExecutorArtifacts): Promise<Uint8Array> {
  if (graph.kind === 'inline') return Buffer.from(graph.gzip, 'base64');
  return bytesOf(graph.digest, artifacts);
}

/** What went beside a start command. Fails with an Error if the artifact is anything else, or is not kept here. */
export async function readBeside(digest: string, artifacts: ExecutorArtifacts): Promise<BesideStart> {
  return besideStart.parse(JSON.parse((await bytesOf(digest, artifacts)).toString('utf8')));
}

async function bytesOf(digest: string, artifacts: ExecutorArtifacts): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  try {
    const content = await artifacts.open(digest);
    if (!content) throw new ArtifactError('missing', `artifact ${digest} is not kept here`);
    for await (const piece of content) pieces.push(piece);
  } catch (error) {
    if (error instanceof ArtifactError) throw error;
    throw new NotReadNow(`artifact ${digest} cannot be read now`, { cause: error });
  }
  return Buffer.concat(pieces);
}
