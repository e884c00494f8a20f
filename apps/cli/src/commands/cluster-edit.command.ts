import type { Command } from 'commander';
import { archiveCluster, importCluster } from '../cluster/archive-cluster';
import {
  type EditClusterOptions,
  rollBackCluster,
  setInCluster,
  tellApplied,
  unsetInCluster,
} from '../cluster/edit-cluster';
import { diffRevisions, listOptions, listRevisions, showSettings } from '../cluster/show-revisions';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';

/** `cluster`: what reads and writes revisions. */
export function defineClusterEditCommands(run: Run, group: Command): void {
  act(
    run,
    group.command('revisions <cluster>').description('list revisions, newest first'),
    (session, _, [name = '']) => listRevisions(session, name),
  );
  act(
    run,
    group
      .command('diff <cluster> [range]')
      .description('what differs between revisions: 3..5, live..head (the default)'),
    (session, _, [name = '', range = '']) => diffRevisions(session, name, range),
  );
  act<{ readonly node?: string }>(
    run,
    group
      .command('settings <cluster>')
      .description('every setting that has a value, and where it comes from')
      .option('--node <node>', 'as this node sees it'),
    (session, { node }, [name = '']) => showSettings(session, name, node ?? null),
  );
  act<EditClusterOptions>(
    run,
    group
      .command('set <cluster> <path=value...>')
      .description(
        'write a new revision with these values, such as settings.port=8080; @FILE reads a value from a file',
      )
      .option('--text', 'take values as they are, not as YAML'),
    setInCluster,
  );
  act<EditClusterOptions>(
    run,
    group
      .command('unset <cluster> <path...>')
      .description('write a new revision without these, so that they are inherited or generated again'),
    unsetInCluster,
  );
  act<EditClusterOptions>(
    run,
    group.command('rollback <cluster> <revision>').description('write a new revision with the content of an old one'),
    rollBackCluster,
  );
  act(
    run,
    group.command('options <cluster>').description('list options, and which are on'),
    (session, _, [name = '']) => listOptions(session, name),
  );
  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    const command = group
      .command(`${verb} <cluster> <option>`)
      .description(`switch an option ${enabled ? 'on' : 'off'}`);
    if (enabled) command.option('--replace', 'switch off what excludes it');
    act<{ readonly replace?: boolean; readonly reason?: string }>(
      run,
      command,
      async (session, { replace = false, reason: why }, [name = '', option = '']) => {
        const wish = { enabled, replace, ...(why === undefined ? {} : { reason: why }) };
        const switched = await (await session.client()).clusters.setOption(name, option, wish);
        const off = switched.switchedOff.length > 0 ? `; ${switched.switchedOff.join(', ')} is off` : '';
        return tellApplied(session, switched, off);
      },
    );
  }
  act<{ readonly file?: string }>(
    run,
    group
      .command('archive <cluster>')
      .description('write a cluster with its release and plugins to a file that another server takes')
      .option('-f, --file <file>', 'where to (default: CLUSTER.tar.gz here)'),
    (session, { file }, [name = '']) => archiveCluster(session, name, file),
  );
  act<{ readonly acceptHostKeys?: boolean; readonly reason?: string; readonly as?: string }>(
    run,
    group
      .command('import <file>')
      .description('make the cluster of an archive with all its revisions, and publish its releases and plugins')
      .option('--as <name>', 'under another name')
      .option('--accept-host-keys', 'accept the host keys that the nodes show now'),
    (session, options, [file = '']) => importCluster(session, options, file),
  );
  act<{ readonly keep?: boolean; readonly reason?: string }>(
    run,
    group
      .command('delete <cluster>')
      .description('delete a cluster; its nodes stay registered')
      .option('--keep', 'also one that is deployed: its machines stay as they are'),
    async (session, { keep, reason: why }, [name = '']) => {
      await (
        await session.client()
      ).clusters.delete(name, { ...(keep ? { keep } : {}), ...(why ? { reason: why } : {}) });
      session.answer({ cluster: name, deleted: true }, () => `cluster ${name} is deleted\n`);
      return ExitCode.success;
    },
  );
}
