import type { Command } from 'commander';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { publishBundle } from '../bundle/publish-bundle';
import { collect } from '../io/collect';
import { table } from '../io/table';

/** `release` and `plugin`: publish, list. */
export function defineBundleCommands(run: Run, program: Command): void {
  for (const kind of ['release', 'plugin'] as const) {
    const group = program.command(kind).description(`${kind}s: versioned content, immutable once published`);
    act(
      run,
      group.command('publish <dir>').description(`publish the ${kind} in a folder`),
      (session, _options, [dir = '']) => publishBundle(session, kind, dir),
    );
    act(run, group.command('list').description(`list published ${kind}s`), async (session) => {
      const client = await session.client();
      const items = await collect((kind === 'release' ? client.releases : client.plugins).list());
      session.answer(items, () =>
        table(
          ['name', 'version', 'title', 'published', 'digest'],
          items.map((it) => [it.name, it.version, it.title, it.publishedAt, it.digest]),
        ),
      );
      return ExitCode.success;
    });
  }
}
