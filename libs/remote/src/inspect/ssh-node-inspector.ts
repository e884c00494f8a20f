import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { GreetAnswer, InspectAnswer, NodeFailure, NodeInspector, NodeTarget } from '@muster/execution';
import { Client } from 'ssh2';
import { fingerprint } from '../connection/fingerprint';
import { refused, unreachable } from '../connection/node-failure';
import { openWay } from '../connection/open-way';
import { type SshLink, within } from '../connection/ssh-link';
import { parseFacts } from './parse-facts';

/** What is taken of a machine's answer; a real one has a few KiB. */
const OUTPUT_BYTES_MAX = 128 * 1024;
const GREETING_CHARS_MAX = 255;
/** Channels of one connection at once: a server may refuse more. */
const FORWARDS_MAX = 10;

let script: string | undefined;

/** What is asked of the machine. Lies beside `src` and `dist`, as the shell reads it. */
function factsScript(): string {
  return (script ??= readFileSync(join(__dirname, '..', '..', 'inspect', 'facts.sh'), 'utf8'));
}

/** Looks at machines over SSH: a connection per question, closed after it. */
export class SshNodeInspector implements NodeInspector {
  constructor(
    private readonly options: {
      /** How long connecting and logging in may take. Default 10,000. */
      readonly connectTimeoutMs?: number;
      /** How long the machine may take to tell. Default 20,000. */
      readonly answerTimeoutMs?: number;
    } = {},
  ) {}

  async inspect(node: NodeTarget): Promise<InspectAnswer> {
    const way = await openWay([...node.jumps, node], this.#connectTimeoutMs, (it) => it !== node);
    if (way.kind !== 'linked') return way;
    try {
      return way.last === null ? unreachable('no connection') : await this.#ask(node, way.last);
    } finally {
      way.close();
    }
  }

  async greet(
    machines: readonly { readonly address: string; readonly port: number }[],
    timeoutMs: number,
    jumps: readonly NodeTarget[],
  ): Promise<readonly GreetAnswer[] | NodeFailure> {
    const way = await openWay(jumps, this.#connectTimeoutMs, () => true);
    if (way.kind !== 'linked') return way;
    const { last } = way;
    const greetOne = async (address: string, port: number): Promise<GreetAnswer> => {
      if (last === null) return greet({ host: address, port }, timeoutMs);
      try {
        return await greet({ sock: await within(last.forward(address, port), timeoutMs) }, timeoutMs);
      } catch (error) {
        return { kind: 'silent', detail: error instanceof Error ? error.message : 'no answer' };
      }
    };
    try {
      return await inTurns(machines, last === null ? machines.length : FORWARDS_MAX, ({ address, port }) =>
        greetOne(address, port),
      );
    } finally {
      way.close();
    }
  }

  get #connectTimeoutMs(): number {
    return this.options.connectTimeoutMs ?? 10_000;
  }

  async #ask(node: NodeTarget, link: SshLink): Promise<InspectAnswer> {
    const patienceMs = this.options.answerTimeoutMs ?? 20_000;
    let output: string;
    try {
      output = await within(run(link, node.become === 'sudo'), patienceMs);
    } catch (error) {
      return unreachable(
        `node ${node.name} did not tell its facts: ${error instanceof Error ? error.message : 'no answer'}`,
      );
    }
    const facts = parseFacts(output);
    if (facts !== null) return { kind: 'inspected', facts };
    if (output === '' && node.become === 'sudo')
      return refused('NODE_BECOME_REFUSED', `sudo -n on node ${node.name} gave no shell`);
    return refused(
      'NODE_SHELL_UNUSABLE',
      `the shell of ${node.user} on node ${node.name} printed something else than facts`,
    );
  }
}

/** The output of the script, cut at its largest size; fails with an Error where no session is given. */
async function run(link: SshLink, asRoot: boolean): Promise<string> {
  const { channel } = await link.exec(`exec ${asRoot ? 'sudo -n ' : ''}/bin/sh`);
  const pieces: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const tell = (): void => resolve(Buffer.concat(pieces).subarray(0, OUTPUT_BYTES_MAX).toString());
    channel.on('data', (piece: Buffer) => {
      if (size >= OUTPUT_BYTES_MAX) return;
      pieces.push(piece);
      size += piece.length;
      // Whoever says more is not to be listened to.
      if (size >= OUTPUT_BYTES_MAX) {
        tell();
        link.close();
      }
    });
    channel.stderr.resume();
    // A machine may close its side before it has read everything.
    channel.on('error', tell);
    channel.once('close', tell);
    link.onClosed(tell);
    channel.end(factsScript());
  });
}

/** Asks for host key and greeting, without logging in. */
function greet(
  over: { readonly host: string; readonly port: number } | { readonly sock: Duplex },
  timeoutMs: number,
): Promise<GreetAnswer> {
  return new Promise((resolve) => {
    const client = new Client();
    let greeting: string | null = null;
    let settled = false;
    const settle = (answer: GreetAnswer): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      resolve(answer);
      client.destroy();
    };
    const silent = (detail: string): void => settle({ kind: 'silent', detail });
    const timer = setTimeout(() => silent(`no answer within ${timeoutMs} ms`), timeoutMs);
    client.on('error', (error) => silent(error.message));
    client.once('close', () => silent('the connection was closed'));
    client.connect({
      ...over,
      username: 'muster',
      readyTimeout: timeoutMs,
      ident: 'muster',
      debug: (line) => {
        const told = /^Remote ident: '(.*)'$/.exec(line)?.[1];
        if (told !== undefined) greeting = told.replace(/\P{ASCII}|\p{Cc}/gu, '').slice(0, GREETING_CHARS_MAX);
      },
      hostVerifier: (key: Buffer) => {
        settle({ kind: 'ssh', hostKey: fingerprint(key), greeting });
        return false;
      },
    });
  });
}

/** `work` on each, so many at once; answers in order. */
async function inTurns<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const answers: R[] = [];
  let next = 0;
  const turn = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) answers[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, turn));
  return answers;
}
