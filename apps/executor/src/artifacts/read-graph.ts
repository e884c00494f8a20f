import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { StartDeployment } from '@muster/protocol';
import type { ExecutorArtifacts } from '../executor-ports';

/** Largest graph, unpacked: far above 100,000 tasks, far below what would harm. */
const GRAPH_BYTES_MAX = 512 * 1024 * 1024;

/** JSON of a gzipped graph. Fails with an Error on anything else, and on more than `GRAPH_BYTES_MAX`. */
export async function readGraph(gzip: Uint8Array): Promise<unknown> {
  const bytes = await promisify(gunzip)(gzip, { maxOutputLength: GRAPH_BYTES_MAX });
  return JSON.parse(bytes.toString('utf8')) as unknown;
}

/** The graph of a start command, from inside it or from its artifact. */
export async function graphBytes(start: StartDeployment, artifacts: ExecutorArtifacts): Promise<Uint8Array> {
  if (start.graph.kind === 'inline') return Buffer.from(start.graph.gzip, 'base64');
  const content = await artifacts.open(start.graph.digest);
  if (!content) throw new Error(`the graph ${start.graph.digest} is not kept here`);
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}
