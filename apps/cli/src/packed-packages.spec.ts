import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runProgram } from '@muster/testkit';

const root = resolve(__dirname, '../../..');
const loader = join(root, 'apps/cli/bin/packed-packages.cjs');
const run = (program: string, ...args: readonly string[]): Promise<string> =>
  runProgram([process.execPath, '-e', program, ...args], { env: { PATH: process.env['PATH'] ?? '' } });

describe('the packed packages', () => {
  let folder: string;
  const own = (): string => join(folder, 'own.cjs');
  const lock = (): string => join(folder, 'package-lock.json');

  /** What our own file and another package get of `left` and `right`; of these `left` alone is packed. */
  const seen = async (): Promise<unknown> =>
    JSON.parse(
      await run(
        `const [, loader, packed, lock, own] = process.argv;
         const used = require(loader).usePackedPackages(packed, lock);
         console.log(JSON.stringify({ used, ...require(own) }));`,
        ...[loader, join(folder, 'packed'), lock(), own()],
      ),
    );

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'muster-packed-')));
    const write = (path: string, text: string): void => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write('node_modules/left/index.js', `exports.from = 'folder';`);
    write('node_modules/right/index.js', `exports.from = 'folder'; exports.left = require('left').from;`);
    write(
      'own.cjs',
      `module.exports = { left: require('left').from, right: require('right').from, leftOfRight: require('right').left };`,
    );
    write('package-lock.json', '{}');
    write('packed/packages.cjs', `const left = { from: 'packed' }; module.exports = { left: () => left };`);
    const digest = createHash('sha256').update('{}').digest('hex');
    write('packed/made.json', JSON.stringify({ lock: digest }));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const WITHOUT = { left: 'folder', right: 'folder', leftOfRight: 'folder' };

  it('are what our own files get, while other packages get what is installed for them', async () => {
    expect(await seen()).toEqual({ ...WITHOUT, used: true, left: 'packed' });
  });

  it('are left alone when packages were installed since, when there are none, and when packing was not ended', async () => {
    writeFileSync(lock(), '{"newer":true}');
    expect(await seen()).toEqual({ ...WITHOUT, used: false });
    writeFileSync(lock(), '{}');
    expect(await seen()).toMatchObject({ used: true });
    writeFileSync(join(folder, 'packed/packages.cjs'), 'const left = {');
    expect(await seen()).toEqual({ ...WITHOUT, used: false });
    rmSync(join(folder, 'packed/packages.cjs'));
    expect(await seen()).toEqual({ ...WITHOUT, used: false });
    rmSync(join(folder, 'packed/made.json'));
    expect(await seen()).toEqual({ ...WITHOUT, used: false });
    rmSync(join(folder, 'packed'), { recursive: true });
    expect(await seen()).toEqual({ ...WITHOUT, used: false });
  });

  it('do without what another Node has compiled', async () => {
    writeFileSync(join(folder, 'packed/packages.cache'), 'of no use');
    expect(await seen()).toEqual({ ...WITHOUT, used: true, left: 'packed' });
  });

  it('of the build are all that services load at start, once each', async () => {
    await runProgram([process.execPath, join(root, 'tools/pack-packages.mjs')]);
    const loaded = JSON.parse(
      await run(
        `const [, loader, root] = process.argv;
         const { join } = require('node:path');
         const packed = join(root, 'apps/cli/packed');
         const used = require(loader).usePackedPackages(packed, join(root, 'package-lock.json'));
         for (const name of ['server', 'planner', 'executor']) require(join(root, 'apps', name, 'dist/index.js'));
         const names = Object.keys(require.cache).flatMap((path) => /node_modules[/](@[^/]+)?[/]?[^/]+/.exec(path)?.[0] ?? []);
         console.log(JSON.stringify({ used, apart: [...new Set(names)].sort() }));`,
        ...[loader, root],
      ),
    ) as unknown;
    expect(loaded).toEqual({
      used: true,
      apart: ['node_modules/@electric-sql/pglite', 'node_modules/@opentelemetry/api'],
    });
  });

  it('of the build are those that our own file finds, where the root has another version', () => {
    const packed = readFileSync(join(root, 'apps/cli/packed/packages.cjs'), 'latin1');
    const own = ['apps/planner', 'libs/catalog'].flatMap((project) =>
      readdirSync(join(root, project, 'node_modules'))
        .filter((name) => !name.startsWith('.'))
        .map((name) => `${project}/node_modules/${name}`),
    );
    // Else there is nothing to confuse.
    expect(own).toContain('apps/planner/node_modules/tar-stream');
    for (const place of own) expect(packed).toContain(`\n// ${place}/`);
  });

  it('are replaced as a whole, by several builds at once', async () => {
    const build = `
      const { mkdtempSync, writeFileSync } = require('node:fs');
      const [, tool, target] = process.argv;
      import(tool).then(({ replaceFolder }) => {
        for (let time = 0; time < 15; time++) {
          const folder = mkdtempSync(target + '-');
          for (let file = 0; file < 20; file++) writeFileSync(folder + '/' + file, '');
          replaceFolder(folder, target);
        }
      });`;
    const [tool, target] = [join(root, 'tools/replace-folder.mjs'), join(folder, 'replaced')];
    await Promise.all([1, 2, 3, 4].map(() => run(build, tool, target)));
    expect(readdirSync(target)).toHaveLength(20);
    expect(readdirSync(folder).filter((name) => name.startsWith('replaced'))).toEqual(['replaced']);
  });

  it('can be packed by one user and used by another', () => {
    expect((statSync(join(root, 'apps/cli/packed')).mode & 0o777).toString(8)).toBe('755');
  });
});
