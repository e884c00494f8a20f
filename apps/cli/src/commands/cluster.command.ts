import type { Command } from 'commander';
import { applyCluster, type ApplyOptions } from '../cluster/apply-cluster';
import { listClusters, showCluster } from '../cluster/show-clusters';
import { defineClusterEditCommands } from './cluster-edit.command';
import { defineCloneCommands } from './preset.command';
import { act, type Run } from '../define-command';
import { ExitCode } from '../exit-code';

/** `cluster`: apply, list, show, export, delete. */
export function defineClusterCommands(run: Run, program: Command): void {
  const group = program
    .command('cluster')
    .description('clusters: nodes deployed together from one release and its plugins');

  const apply = group
    .command('apply')
    .description('create a cluster or write a new revision of it, and register its nodes')
    .requiredOption('-f, --file <file>', 'cluster file')
    .option('--accept-host-keys', 'accept the host keys that the nodes show now');
  act<ApplyOptions>(run, apply, applyCluster);

  act(
    run,
    group
      .command('list')
      .description('list clusters, those that fit all that is asked for')
      .option('--environment <label>', 'with this label')
      .option('--release <name[@version]>', 'of this release')
      .option('--text <text>', 'with this in its name'),
    (session, options) => listClusters(session, options),
  );
  act(
    run,
    group.command('show <cluster>').description('show a cluster and its nodes'),
    (session, _options, [name = '']) => showCluster(session, name),
  );
  act(
    run,
    group.command('export <cluster>').description('print the cluster file of the head revision, without secrets'),
    async (session, _options, [name = '']) => {
      const yaml = await (await session.client()).clusters.export(name);
      session.answer({ cluster: name, yaml }, () => yaml);
      return ExitCode.success;
    },
  );
  defineClusterEditCommands(run, group);
  defineCloneCommands(run, group);
}
