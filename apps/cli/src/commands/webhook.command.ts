import { readFile } from 'node:fs/promises';
import type { DeliveryView, WebhookView } from '@muster/client';
import type { Command } from 'commander';
import { act, integer, list, type Run } from '../define-command';
import { ExitCode } from '../exit-code';
import { shownLine } from '../io/shown-text';
import { table } from '../io/table';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

interface AddOptions {
  readonly url: string;
  readonly kinds: readonly string[];
  readonly cluster?: string;
  readonly secretFile?: string;
  readonly after?: number;
}

interface SetOptions {
  readonly url?: string;
  readonly kinds?: readonly string[];
  readonly cluster?: string;
  readonly everyCluster?: true;
}

const NUMBER_MAX = Number.MAX_SAFE_INTEGER;
/** How many tries are shown when nobody says. */
const SHOWN = 50;

/** `webhook`: add, list, show, set, enable, disable, secret, replay, deliveries, remove. */
export function defineWebhookCommands(run: Run, program: Command): void {
  const group = program.command('webhook').description('webhooks: who elsewhere is told of events by HTTP');

  act<AddOptions>(
    run,
    group
      .command('add <webhook>')
      .description('have events sent to an address; prints the secret that they are signed with')
      .requiredOption('--url <url>', 'where to; https')
      .requiredOption('--kinds <kinds>', 'kinds of events, as transaction.ended,task.*', list)
      .option('--cluster <cluster>', 'only of this cluster')
      .option('--secret-file <file>', 'file with the secret to sign with; else one is made')
      .option('--after <number>', 'also what happened after this number', integer(0, NUMBER_MAX)),
    async (session, { url, kinds, cluster, secretFile, after }, [name = '']) => {
      const { webhooks } = await session.client();
      const secret = secretFile === undefined ? {} : { secret: await readSecret(secretFile) };
      const more = { ...(cluster === undefined ? {} : { cluster }), ...(after === undefined ? {} : { after }) };
      const webhook = await webhooks.create({ name, url, kinds, ...secret, ...more });
      const signedWith = await webhooks.secret(name);
      session.answer({ ...webhook, secret: signedWith }, () => `${shown(webhook)}secret: ${signedWith}\n`);
      return ExitCode.success;
    },
  );

  act(run, group.command('list').description('list webhooks'), async (session) => {
    const items: WebhookView[] = [];
    for await (const item of (await session.client()).webhooks.list()) items.push(item);
    session.answer(items, () =>
      table(
        ['name', 'state', 'last', 'failures', 'kinds', 'url'],
        items.map((it) => [it.name, it.state, it.last, it.failures, it.kinds.join(','), it.url]),
      ),
    );
    return ExitCode.success;
  });

  const one = (command: Command, body: (session: Session, name: string) => Promise<WebhookView>) =>
    act(run, command, async (session, _options, [name = '']) => {
      const webhook = await body(session, name);
      session.answer(webhook, () => shown(webhook));
      return ExitCode.success;
    });

  one(
    group.command('show <webhook>').description('how far it has come, and what stands in its way'),
    async (session, name) => (await session.client()).webhooks.get(name),
  );
  one(group.command('enable <webhook>').description('go on after the last event that it took'), async (session, name) =>
    (await session.client()).webhooks.edit(name, { state: 'active' }),
  );
  one(group.command('disable <webhook>').description('send nothing until it is enabled'), async (session, name) =>
    (await session.client()).webhooks.edit(name, { state: 'disabled' }),
  );

  act<SetOptions>(
    run,
    group
      .command('set <webhook>')
      .description('change where it goes and what it is sent')
      .option('--url <url>', 'where to; https')
      .option('--kinds <kinds>', 'kinds of events, instead of those before', list)
      .option('--cluster <cluster>', 'only of this cluster')
      .option('--every-cluster', 'of all clusters'),
    async (session, { url, kinds, cluster, everyCluster }, [name = '']) => {
      const change = {
        ...(url === undefined ? {} : { url }),
        ...(kinds === undefined ? {} : { kinds }),
        ...(everyCluster ? { cluster: null } : cluster === undefined ? {} : { cluster }),
      };
      const webhook = await (await session.client()).webhooks.edit(name, change);
      session.answer(webhook, () => shown(webhook));
      return ExitCode.success;
    },
  );

  act<{ readonly rotate?: true }>(
    run,
    group
      .command('secret <webhook>')
      .description('what its signatures are made with')
      .option('--rotate', 'make another one first; the old one signs beside it for a day'),
    async (session, { rotate }, [name = '']) => {
      const { webhooks } = await session.client();
      if (rotate) await webhooks.rotateSecret(name);
      const secret = await webhooks.secret(name);
      session.answer({ webhook: name, secret }, () => `${secret}\n`);
      return ExitCode.success;
    },
  );

  act<{ readonly from: number }>(
    run,
    group
      .command('replay <webhook>')
      .description('send everything from a number on (again)')
      .requiredOption('--from <number>', 'of the first event', integer(1, NUMBER_MAX)),
    async (session, { from }, [name = '']) => {
      const webhook = await (await session.client()).webhooks.replay(name, from);
      session.answer(webhook, () => shown(webhook));
      return ExitCode.success;
    },
  );

  act<{ readonly failed?: true; readonly limit?: number }>(
    run,
    group
      .command('deliveries <webhook>')
      .description('tries to deliver, newest first')
      .option('--failed', 'only those that failed')
      .option('--limit <count>', `at most so many (default ${SHOWN})`, integer(1, 10_000)),
    async (session, { failed, limit = SHOWN }, [name = '']) => {
      const items: DeliveryView[] = [];
      const found = (await session.client()).webhooks.deliveries(name, failed ? { failed } : {});
      for await (const item of found) if (items.push(item) >= limit) break;
      session.answer(items, () =>
        table(
          ['number', 'kind', 'at', 'ms', 'status', 'failure'],
          items.map((it) => [it.number, it.kind, it.at, it.durationMs, it.status ?? '', it.failure ?? '']),
        ),
      );
      return ExitCode.success;
    },
  );

  act(
    run,
    group.command('remove <webhook>').description('send nothing more, and forget its deliveries'),
    async (session, _options, [name = '']) => {
      await (await session.client()).webhooks.remove(name);
      session.answer({ webhook: name, removed: true }, () => `webhook ${name} is removed\n`);
      return ExitCode.success;
    },
  );
}

async function readSecret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    throw usageProblem('--secret-file', `${file} cannot be read`);
  }
}

function shown(it: WebhookView): string {
  const about = `${it.kinds.join(', ')}${it.cluster === null ? '' : ` of cluster ${it.cluster}`}`;
  const state = it.disabledWhy === null ? it.state : `${it.state}: ${it.disabledWhy}`;
  const lines = [
    `webhook ${it.name}: ${state}`,
    `to ${it.url}`,
    about,
    `everything up to event ${it.last} is delivered`,
    ...(it.failures === 0
      ? []
      : [`failed ${it.failures} times since ${it.failingSince ?? ''}: ${it.lastFailure ?? ''}`]),
    ...(it.nextTryAt === null ? [] : [`tried again at ${it.nextTryAt}`]),
  ];
  return lines.map((each) => `${shownLine(each)}\n`).join('');
}
