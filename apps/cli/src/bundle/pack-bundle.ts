import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { problem, ProblemsError } from '@muster/problems';
import { pack, type Pack } from 'tar-stream';
import { listBundleFolder, type FolderFile } from './bundle-folder';

export interface PackedBundle {
  readonly archive: Uint8Array;
  readonly leftOut: readonly string[];
}

/** Largest archive that the planner takes. */
export const ARCHIVE_BYTES_MAX = 256 * 1024 ** 2;

/**
 * The folder as a gzipped tar: the same content gives the same bytes, whatever times, owners and order the disk has.
 * Fails with `ProblemsError`, see `listBundleFolder`; also if nothing in the folder belongs to a bundle.
 */
export async function packBundle(cwd: string, dir: string): Promise<PackedBundle> {
  const { files, leftOut } = await listBundleFolder(cwd, dir);
  // The planner could only say of such an archive that it is empty.
  if (files.length === 0) {
    const summary = 'has neither a release.yaml nor a plugin.yaml';
    throw new ProblemsError([problem('BUNDLE_MANIFEST_MISSING', { subject: `bundle ${dir}`, summary })]);
  }
  const tar = pack();
  const pieces: Buffer[] = [];
  let size = 0;
  const collecting = pipeline(tar, createGzip({ level: 6 }), async (source: AsyncIterable<Buffer>) => {
    for await (const piece of source) {
      size += piece.length;
      if (size > ARCHIVE_BYTES_MAX) {
        const summary = `packed it is larger than ${ARCHIVE_BYTES_MAX / 1024 ** 2} MiB`;
        throw new ProblemsError([problem('LOCAL_BUNDLE_TOO_LARGE', { subject: `bundle ${dir}`, summary })]);
      }
      pieces.push(piece);
    }
  });
  const writing = writeEntries(tar, files);
  // A failure of either side ends the other; the first one is the cause.
  await Promise.all([
    collecting,
    writing.catch((error: Error) => {
      tar.destroy(error);
      throw error;
    }),
  ]);
  return { archive: Buffer.concat(pieces), leftOut };
}

async function writeEntries(tar: Pack, files: readonly FolderFile[]): Promise<void> {
  for (const file of files) {
    const mode = file.executable ? 0o755 : 0o644;
    const entry = tar.entry({ name: file.path, size: file.size, mode, mtime: new Date(0), uid: 0, gid: 0 });
    try {
      // Exactly the size announced, also while someone writes to the file.
      if (file.size === 0) entry.end();
      else await pipeline(createReadStream(file.absolute, { end: file.size - 1 }), entry);
    } catch (error) {
      throw new ProblemsError([
        problem('LOCAL_FILE', {
          subject: `file ${file.path}`,
          summary: (error as Error).message,
          place: { file: file.path },
        }),
      ]);
    }
  }
  tar.finalize();
}
