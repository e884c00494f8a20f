import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { parseBundle } from '@muster/catalog';
import { ProblemsError } from '@muster/problems';
import { type Headers, pack } from 'tar-stream';
import { readUpload, type StoreFile } from './read-upload';
import { UPLOAD_LIMITS } from './upload-limits';

type Entry = Partial<Headers> & { readonly name: string; readonly content?: string | Buffer };

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Takes the bytes and keeps nothing but their digest. */
const hash: StoreFile = async (content) => {
  const digest = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    digest.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${digest.digest('hex')}`, size };
};

async function refusal(body: Buffer, limits = UPLOAD_LIMITS): Promise<ProblemsError> {
  const error: unknown = await readUpload(Readable.from([body]), hash, limits).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProblemsError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

const codes = (error: ProblemsError) => error.problems.map((each) => each.code);

describe('readUpload', () => {
  it('keeps YAML in memory and stores everything below files/', async () => {
    const body = await tar([
      { name: './', type: 'directory' },
      { name: './release.yaml', content: 'name: a' },
      { name: 'tasks/b.yaml', content: '[]' },
      { name: 'README.md', content: 'no part of it' },
      { name: 'files/bin/run', content: 'echo hello', mode: 0o755 },
    ]);
    for (const sent of [body, gzipSync(body)]) {
      const upload = await readUpload(Readable.from([sent]), hash);
      expect(upload.entries).toEqual([
        { path: 'release.yaml', text: 'name: a', size: 7 },
        { path: 'tasks/b.yaml', text: '[]', size: 2 },
        { path: 'README.md', size: 13 },
        {
          path: 'files/bin/run',
          digest: `sha256:${createHash('sha256').update('echo hello').digest('hex')}`,
          size: 10,
          executable: true,
        },
      ]);
    }
  });

  it('reads an archive that arrives byte by byte', async () => {
    const body = gzipSync(await tar([{ name: 'release.yaml', content: 'name: a' }]));
    const upload = await readUpload(Readable.from([...body].map((byte) => Buffer.from([byte]))), hash);
    expect(upload.entries[0]?.text).toBe('name: a');
  });

  it('lists unsafe entries without following or storing them, for the rules to refuse all at once', async () => {
    const stored: string[] = [];
    const store: StoreFile = (content) => {
      stored.push('one');
      return hash(content);
    };
    const body = await tar([
      { name: 'release.yaml', content: 'name: a\nversion: 1.0.0' },
      { name: 'files/link', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'files/hard', type: 'link', linkname: 'release.yaml' },
      { name: '../out.yaml', content: 'x' },
      { name: 'files/a/../../../b', content: 'x' },
      { name: '/etc/cron.d/x', content: 'x' },
      { name: 'files/null', type: 'character-device' },
      { name: 'files/pipe', type: 'fifo' },
      { name: 'files\\c', content: 'x' },
      { name: 'release.yaml', content: 'name: b' },
    ]);
    const upload = await readUpload(Readable.from([body]), store);
    const { bundle, problems } = parseBundle(upload.entries);
    expect(bundle).toBeNull();
    expect(problems.map((each) => each.code)).toEqual(Array.from({ length: 9 }, () => 'BUNDLE_PATH_INVALID'));
    expect(stored).toEqual([]);
  });

  it('says which file is no text', async () => {
    const upload = await readUpload(
      Readable.from([await tar([{ name: 'tasks/x.yaml', content: Buffer.from([0xff, 0xfe]) }])]),
      hash,
    );
    expect(upload.problems).toMatchObject([{ code: 'YAML_INVALID', place: { file: 'tasks/x.yaml' } }]);
  });

  it('has one digest for one content, whatever order, time and packing', async () => {
    const [a, b] = [
      { name: 'release.yaml', content: 'name: a' },
      { name: 'files/x', content: 'x', mode: 0o644 },
    ];
    const digestOf = async (entries: readonly Entry[]) =>
      (await readUpload(Readable.from([await tar(entries)]), hash)).digest;
    const digest = await digestOf([a, b]);
    expect(
      await digestOf([{ name: './files', type: 'directory' }, { ...b, name: './files/x', mtime: new Date(5000) }, a]),
    ).toBe(digest);
    expect(await digestOf([a, { ...b, mode: 0o755 }])).not.toBe(digest);
    expect(await digestOf([{ ...a, content: 'name: b' }, b])).not.toBe(digest);
  });

  it.each([
    ['a gzip that unpacks to far more than it weighs', gzipSync(Buffer.alloc(8_000_000)), { unpackedBytes: 1_000_000 }],
    ['an archive above the limit', Buffer.alloc(2_000_000), { sentBytes: 1_000_000 }],
  ])('refuses %s', async (_, body, limits) => {
    expect(codes(await refusal(body, { ...UPLOAD_LIMITS, ...limits }))).toEqual(['UPLOAD_TOO_LARGE']);
  });

  it.each([
    [{ entries: 3 }, 'files/'],
    [{ textBytes: 10 }, 'tasks/'],
  ])('refuses more than %j', async (limits, folder) => {
    const body = await tar(
      Array.from({ length: 5 }, (_, index) => ({ name: `${folder}${index}.yaml`, content: 'abc' })),
    );
    expect(codes(await refusal(body, { ...UPLOAD_LIMITS, ...limits }))).toEqual(['UPLOAD_TOO_LARGE']);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello '.repeat(200))],
    ['a gzip of text', gzipSync(Buffer.from('hello '.repeat(200)))],
    ['a broken gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(600, 7)])],
  ])('refuses %s with one clear problem', async (_, body) => {
    expect(codes(await refusal(body))).toEqual(['UPLOAD_NOT_ARCHIVE']);
  });

  it('refuses an archive that is cut off', async () => {
    const whole = gzipSync(await tar([{ name: 'files/a', content: Buffer.alloc(200_000, 'a') }]));
    expect(codes(await refusal(whole.subarray(0, whole.length - 40)))).toEqual(['UPLOAD_NOT_ARCHIVE']);
  });

  it('tells a failing store from a bad archive', async () => {
    const body = await tar([{ name: 'files/a', content: 'abc' }]);
    const full: StoreFile = () => Promise.reject(new Error('disk full'));
    await expect(readUpload(Readable.from([body]), full)).rejects.toThrow('disk full');
  });
});
