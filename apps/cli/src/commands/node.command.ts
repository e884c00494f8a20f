import type { Command } from 'commander';
import { act, integer, list, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { addNode, type AddOptions } from '../node/add-node';
import { registerNodes, type RegisterOptions } from '../node/register-nodes';
import { discoverMachines, type DiscoverOptions } from '../node/discover-machines';
import { driverOfNode, type DriverOptions, powerNode, type PowerOptions } from '../node/drive-node';
import { filterOf, type ListOptions } from '../node/filter-of';
import { inspectNodes, type InspectOptions } from '../node/inspect-nodes';
import { answerAsYaml } from '../io/answer-as-yaml';
import { collect } from '../io/collect';
import { table } from '../io/table';

/** `node`: add, list, show, inspect, adopt, remove. */
export function defineNodeCommands(run: Run, program: Command): void {
  const group = program.command('node').description('nodes: the machines');

  const add = group
    .command('add <node>')
    .description('register a machine')
    .requiredOption('--address <address>', 'where it answers SSH')
    .option('--port <port>', 'SSH port (else 22)', integer(1, 65_535))
    .option('--user <user>', 'login user (else root)')
    .option('--become <how>', 'none or sudo (else none)')
    .option('--identity-file <file>', 'private key, read here and kept as a secret of the node')
    .option('--host-key <fingerprint>', 'pinned host key: SHA256:...')
    .option('--state-dir <dir>', "folder of Muster's launcher on the node (else /var/lib/muster)")
    .option('--jump <node>', 'node to go through')
    .option('--label <labels>', 'words to find it by: a,b', list)
    .option('--accept-host-keys', 'accept the host key that the machine shows now');
  act<AddOptions>(run, add, (session, options, [name = '']) => addNode(session, name, options));

  const register = group
    .command('register')
    .description('register the machines of a file, all of them or none; those that are known are changed')
    .requiredOption('-f, --file <file>', 'YAML: a list of name, address, port, user, identityFile, ... each')
    .option('--accept-host-keys', 'accept the host keys that the machines show now');
  act<RegisterOptions>(run, register, registerNodes);

  const listed = group
    .command('list')
    .description('list nodes')
    .option('--state <states>', 'only in these states: a,b', list)
    .option('--role <role>', 'only with this role')
    .option('--tag <tag>', 'only with this tag')
    .option('--label <label>', 'only with this label')
    .option('--cluster <cluster>', 'only of this cluster')
    .option('--free', 'only in no cluster')
    .option('--online', 'only those that answered when they were last looked at')
    .option('--offline', 'only those that did not')
    .option('--text <text>', 'only with this in name, address or host name');
  act<ListOptions>(run, listed, async (session, options) => {
    const items = await collect((await session.client()).nodes.list(filterOf(options)));
    session.answer(items, () =>
      table(
        ['name', 'state', 'online', 'address', 'port', 'cluster', 'roles', 'labels'],
        items.map((it) => [
          it.name,
          it.state,
          it.online === null ? null : it.online ? 'yes' : 'no',
          it.address,
          it.port,
          it.cluster,
          it.roles.join(', '),
          it.labels.join(', '),
        ]),
      ),
    );
    return ExitCode.success;
  });

  const told = [
    ['show', 'show a node'],
    ['adopt', 'take a node over from another installation of Muster'],
  ] as const;
  for (const [verb, description] of told) {
    act(run, group.command(`${verb} <node>`).description(description), async (session, _options, [name = '']) => {
      const { nodes } = await session.client();
      const node = await (verb === 'show' ? nodes.get(name) : nodes.adopt(name));
      await answerAsYaml(session, node);
      return ExitCode.success;
    });
  }
  const inspect = group
    .command('inspect [nodes...]')
    .description('ask machines what they are: host key, system, CPUs, memory, disks, interfaces')
    .option('--all', 'all that are not retired')
    .option('--no-wait', 'of several: leave it to the server, and print the id of the inspection');
  act<InspectOptions>(run, inspect, inspectNodes);

  const found = group
    .command('discover <range>')
    .description('which SSH servers there are: 10.0.0.0/24, 10.0.0.5-10.0.0.40; at most 1024 addresses')
    .option('--port <port>', 'SSH port (else 22)', integer(1, 65_535))
    .option('--jump <node>', 'node to look through')
    .option('--allow-public', 'the range may have public addresses, which are yours to look at')
    .option('--register <prefix>', 'make those that are no nodes nodes, and accept the host keys that they show')
    .option('--user <user>', 'their login user (else root)')
    .option('--become <how>', 'none or sudo (else none)')
    .option('--identity-file <file>', 'private key, read here and kept as a secret of each of them');
  act<DiscoverOptions>(run, found, (session, options, [range = '']) => discoverMachines(session, options, range));

  const accept = group
    .command('accept-key <node> <fingerprint>')
    .description('accept the host key that you have compared with the machine')
    .option('--replace', 'also in place of another one that is accepted');
  act<{ replace?: boolean; reason?: string }>(run, accept, async (session, options, [name = '', hostKey = '']) => {
    const { nodes } = await session.client();
    const node = await nodes.acceptHostKey(name, hostKey, options.replace ?? false, options.reason);
    session.answer(node, () => `node ${name} has the host key ${node.hostKey ?? ''}\n`);
    return ExitCode.success;
  });

  act(
    run,
    group.command('history <node>').description('what has happened to a node, newest first'),
    async (session, _options, [name = '']) => {
      const items = await collect((await session.client()).nodes.history(name));
      session.answer(items, () =>
        table(
          ['at', 'what', 'from', 'to', 'who', 'transaction'],
          items.map((it) => [it.at, it.kind, it.from, it.to, it.who, it.transaction]),
        ),
      );
      return ExitCode.success;
    },
  );

  const driver = group
    .command('driver <node>')
    .description('show how a node is made, erased and switched')
    .option(
      '-f, --file <file>',
      'give it a driver of its own: YAML with type, commands, settings, secrets, secretFiles',
    )
    .option('--clear', "have it use its cluster's driver again");
  act<DriverOptions>(run, driver, (session, options, [name = '']) => driverOfNode(session, options, name));

  const power = group
    .command('power <node> <action>')
    .description('have the driver of a node switch it: on, off, cycle; or ask it: status')
    .option('--on <node>', "node that the driver's commands run on (else the master node of its cluster)")
    .option('--force', 'also while a transaction uses the node');
  act<PowerOptions>(run, power, (session, options, [name = '', action = '']) =>
    powerNode(session, options, name, action),
  );

  const moves = [
    ['retire', 'keep a node that is in no cluster on record, not to be used'],
    ['restore', 'use a retired node again'],
    ['reset', 'say that what was wrong with a node is mended: it counts as not deployed'],
  ] as const;
  for (const [verb, description] of moves) {
    const command = group.command(`${verb} <node>`).description(description);
    act<{ reason?: string }>(run, command, async (session, { reason }, [name = '']) => {
      const node = await (await session.client()).nodes.move(name, verb, reason);
      session.answer(node, () => `node ${name} is ${node.state}\n`);
      return ExitCode.success;
    });
  }

  act(run, group.command('remove <node>').description('forget a machine'), async (session, _options, [name = '']) => {
    await (await session.client()).nodes.remove(name);
    session.answer({ node: name, removed: true }, () => `node ${name} is removed\n`);
    return ExitCode.success;
  });
}
