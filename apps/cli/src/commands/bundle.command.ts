import type { Command } from 'commander';
import type { BundleKind } from '@muster/model';
import { act, type Run } from '../define-command';
import { bundleReference } from '../bundle/bundle-reference';
import { downloadBundle } from '../bundle/download-bundle';
import { listBundles } from '../bundle/list-bundles';
import { publishBundle } from '../bundle/publish-bundle';
import { deleteBundle, restoreBundle, retireBundle } from '../bundle/retire-bundle';
import { lintPublished, showBundle } from '../bundle/show-bundle';

/** `release` and `plugin`: publish, list, show, lint, download, retire, restore, delete. */
export function defineBundleCommands(run: Run, program: Command): void {
  for (const kind of ['release', 'plugin'] as const) {
    const group = program.command(kind).description(`${kind}s: versioned content, immutable once published`);
    act(
      run,
      group.command('publish <dir>').description(`publish the ${kind} in a folder`),
      (session, _options, [dir = '']) => publishBundle(session, kind, dir),
    );
    defineLookingCommands(run, group, kind);
    defineLifeCommands(run, group, kind);
  }
}

function defineLookingCommands(run: Run, group: Command, kind: BundleKind): void {
  const list = group
    .command('list')
    .description(`list published ${kind}s`)
    .option('--name <name>', 'versions of this one alone')
    .option('--search <text>', 'part of the name or title')
    .option('--retired', 'only those that were retired')
    .option('--offered', 'only those that were not');
  if (kind === 'plugin') list.option('--fits <release>', 'only those that fit the release name@version');
  act(run, list, (session, options) => listBundles(session, kind, options));
  act(
    run,
    group.command('show <name@version>').description(`show what is in a published ${kind}, and who uses it`),
    (session, _options, [reference = '']) => showBundle(session, kind, bundleReference(reference)),
  );
  act(
    run,
    group.command('lint <name@version>').description(`what the author of a published ${kind} should know`),
    (session, _options, [reference = '']) => lintPublished(session, kind, bundleReference(reference)),
  );
  act<{ file?: string }>(
    run,
    group
      .command('download <name@version>')
      .description(`write the archive of a ${kind} as it was published to a file`)
      .option('-f, --file <file>', 'where to (default: NAME-VERSION.tar.gz here)'),
    (session, { file }, [reference = '']) => downloadBundle(session, kind, bundleReference(reference), file),
  );
}

function defineLifeCommands(run: Run, group: Command, kind: BundleKind): void {
  act<{ reason?: string }>(
    run,
    group.command('retire <name@version>').description(`offer a ${kind} for new clusters no more`),
    (session, { reason }, [reference = '']) => retireBundle(session, kind, bundleReference(reference), reason),
  );
  act(
    run,
    group.command('restore <name@version>').description(`offer a retired ${kind} again`),
    (session, _options, [reference = '']) => restoreBundle(session, kind, bundleReference(reference)),
  );
  act(
    run,
    group.command('delete <name@version>').description(`delete a ${kind} that no cluster uses`),
    (session, _options, [reference = '']) => deleteBundle(session, kind, bundleReference(reference)),
  );
}
