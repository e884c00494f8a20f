import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** A gzipped tar of the files given. */
export async function bundleArchive(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks), { level: 1 });
}

/** A small release: `a` on every node of role `web`, then `b`, and a file. */
export const SMALL_RELEASE = {
  'release.yaml': `name: small
version: 1.0.0
roles:
  web: {}
settings:
  type: object
  properties:
    password: { type: string, secret: true }
    port: { type: integer }
`,
  'tasks.yaml': `- { id: a, type: shell, role: [web], parameters: { cmd: echo a } }
- { id: b, type: upload_file, role: [web], requires: [a], parameters: { path: /tmp/b, file: b.txt } }
`,
  'graphs/verify/tasks.yaml': `- { id: check, type: shell, role: [web], parameters: { cmd: 'true' } }
`,
  'files/b.txt': 'content of b\n',
};

/** Tasks of its graphs `default` and `verify` on the two nodes of `smallCluster`. */
export const ALL_TASKS = ['a@n1', 'a@n2', 'b@n1', 'b@n2'];
export const VERIFY_TASKS = ['check@n1', 'check@n2'];

/** A cluster of it with two nodes. */
export function smallCluster(settings = '{ port: 80 }'): string {
  return `cluster: c1
release: small@1.0.0
settings: ${settings}
nodes:
  n1: { address: 192.0.2.1, roles: [web] }
  n2: { address: 192.0.2.2, roles: [web] }
`;
}
