import { randomBytes } from 'node:crypto';
import { chmodSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { temporaryFolder } from '../temporary-folder.testing';
import { packBundle } from './pack-bundle';

const files = {
  'release.yaml': 'name: a\nversion: 1.0.0\n',
  'tasks/a.yaml': '[]',
  'files/run.sh': 'echo',
  'files/empty': '',
  'README.md': 'no',
};

async function unpack(archive: Uint8Array) {
  const entries: { name: string; mode: number | undefined; text: string }[] = [];
  const tar = extract();
  tar.end(gunzipSync(archive));
  for await (const entry of tar) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece);
    entries.push({ name: entry.header.name, mode: entry.header.mode, text: Buffer.concat(pieces).toString() });
  }
  return entries;
}

describe('a packed bundle', () => {
  it('holds what belongs to a bundle, in order, with its execute bits', async () => {
    const folder = temporaryFolder(files);
    chmodSync(join(folder, 'files/run.sh'), 0o700);
    const { archive, leftOut } = await packBundle('/', folder);
    expect(leftOut).toEqual(['README.md']);
    expect(await unpack(archive)).toEqual([
      { name: 'files/empty', mode: 0o644, text: '' },
      { name: 'files/run.sh', mode: 0o755, text: 'echo' },
      { name: 'release.yaml', mode: 0o644, text: files['release.yaml'] },
      { name: 'tasks/a.yaml', mode: 0o644, text: '[]' },
    ]);
  });

  it('is the same for the same content, whatever the times', async () => {
    const [one, two] = [temporaryFolder(files), temporaryFolder(files)];
    utimesSync(join(two, 'release.yaml'), 1, 1);
    expect((await packBundle('/', one)).archive).toEqual((await packBundle('/', two)).archive);
  });

  it('carries 50 MB', async () => {
    const folder = temporaryFolder({ 'release.yaml': 'x', 'files/big': randomBytes(50_000_000) });
    const { archive } = await packBundle('/', folder);
    expect(archive.length).toBeGreaterThan(50_000_000);
    expect((await unpack(archive)).map((it) => it.name)).toEqual(['files/big', 'release.yaml']);
  });

  it('takes long names', async () => {
    const name = `files/${'d'.repeat(120)}/${'f'.repeat(150)}`;
    const { archive } = await packBundle('/', temporaryFolder({ [name]: 'x' }));
    expect((await unpack(archive)).map((it) => it.name)).toEqual([name]);
  });

  it('refuses links, all of them at once', async () => {
    const folder = temporaryFolder(files);
    symlinkSync('/etc/passwd', join(folder, 'files/one'));
    symlinkSync('release.yaml', join(folder, 'tasks/two.yaml'));
    await expect(packBundle('/', folder)).rejects.toMatchObject({
      problems: [
        { code: 'LOCAL_BUNDLE_LINK', place: { file: 'files/one' } },
        { code: 'LOCAL_BUNDLE_LINK', place: { file: 'tasks/two.yaml' } },
      ],
    });
  });

  it('is not made of a folder without anything that belongs to a bundle, such as one beside it', async () => {
    const folder = temporaryFolder({ 'README.md': 'no' });
    await expect(packBundle('/', folder)).rejects.toMatchObject({
      problems: [
        {
          code: 'BUNDLE_MANIFEST_MISSING',
          subject: `bundle ${folder}`,
          summary: 'has neither a release.yaml nor a plugin.yaml',
        },
      ],
    });
  });

  it('needs a folder', async () => {
    await expect(packBundle('/', join(temporaryFolder(), 'missing'))).rejects.toMatchObject({
      problems: [{ code: 'LOCAL_FILE' }],
    });
    const folder = temporaryFolder(files);
    await expect(packBundle(folder, 'release.yaml')).rejects.toMatchObject({
      problems: [{ summary: 'it is not a folder' }],
    });
  });
});
