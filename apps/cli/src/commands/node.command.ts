import type { Command } from 'commander';
import { act, integer, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { addNode, type AddOptions } from '../node/add-node';
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
    .option('--accept-host-keys', 'accept the host key that the machine shows now');
  act<AddOptions>(run, add, (session, options, [name = '']) => addNode(session, name, options));

  act(run, group.command('list').description('list nodes'), async (session) => {
    const items = await collect((await session.client()).nodes.list());
    session.answer(items, () =>
      table(
        ['name', 'address', 'port', 'cluster', 'roles', 'host key'],
        items.map((it) => [it.name, it.address, it.port, it.cluster, it.roles.join(', '), it.hostKey]),
      ),
    );
    return ExitCode.success;
  });

  const told = [
    ['show', 'show a node'],
    ['inspect', 'ask the machine itself which host key it shows, and compare it with the accepted one'],
    ['adopt', 'take a node over from another installation of Muster'],
  ] as const;
  for (const [verb, description] of told) {
    act(run, group.command(`${verb} <node>`).description(description), async (session, _options, [name = '']) => {
      const { nodes } = await session.client();
      const node = await (verb === 'show'
        ? nodes.get(name)
        : verb === 'inspect'
          ? nodes.inspect(name)
          : nodes.adopt(name));
      await answerAsYaml(session, node);
      return ExitCode.success;
    });
  }
  act(run, group.command('remove <node>').description('forget a machine'), async (session, _options, [name = '']) => {
    await (await session.client()).nodes.remove(name);
    session.answer({ node: name, removed: true }, () => `node ${name} is removed\n`);
    return ExitCode.success;
  });
}
