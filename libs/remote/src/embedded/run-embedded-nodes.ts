import { join } from 'node:path';
import { EmbeddedNode, type EmbeddedNodeAddress } from './embedded-node';

/**
 * Runs one embedded node per name in `folder/NAME`, prints one JSON line `{"nodes": [address...]}` on stdout when all
 * listen, and stops on SIGTERM or SIGINT; what runs on the nodes goes on. Resolves when stopped.
 */
export async function runEmbeddedNodes(folder: string, names: readonly string[], authorizedKey: string): Promise<void> {
  const nodes = names.map(
    (name) => new EmbeddedNode({ folder: join(folder, name), name, authorizedKeys: [authorizedKey] }),
  );
  const addresses: EmbeddedNodeAddress[] = await Promise.all(nodes.map((node) => node.start()));
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  process.stdout.write(`${JSON.stringify({ nodes: addresses })}\n`);
  await stopped;
  await Promise.all(nodes.map((node) => node.stop()));
}
