import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GreetAnswer, InspectAnswer, NodeFailure, NodeInspector, NodeTarget } from '@muster/execution';
import { Client } from 'ssh2';
import { fingerprint } from '../connection/fingerprint';
import { refused, unreachable } from '../connection/node-failure';
import { openLink, type SshLink, within } from '../connection/ssh-link';
import { parseFacts } from './parse-facts';

/** What is taken of a machine's answer; a real one has a few KiB. */
const OUTPUT_BYTES_MAX = 128 * 1024;
const GREETING_CHARS_MAX = 255;

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
    const links: SshLink[] = [];
    try {
      for (const each of [...node.jumps, node]) {
        const answer = await openLink(each, links.at(-1) ?? null, this.options.connectTimeoutMs ?? 10_000);
        if (answer.kind !== 'linked') return each === node ? answer : jumpFailure(each, answer);
        links.push(answer.link);
      }
      const link = links.at(-1);
      return link === undefined ? unreachable('no connection') : await this.#ask(node, link);
    } finally {
      for (const link of links.reverse()) link.close();
    }
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

  greet(address: string, port: number, timeoutMs: number): Promise<GreetAnswer> {
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
        host: address,
        port,
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
}

function jumpFailure(jump: NodeTarget, failure: NodeFailure): NodeFailure {
  return { ...failure, detail: `jump node ${jump.name}: ${failure.detail}` };
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
