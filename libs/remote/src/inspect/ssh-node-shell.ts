import { createHash } from 'node:crypto';
import type { NodeShell, NodeTarget, Operation, ShellAnswer } from '@muster/execution';
import { refused, unreachable } from '../connection/node-failure';
import { openWay } from '../connection/open-way';
import { type SshLink, within } from '../connection/ssh-link';
import { quoteWord } from '../launcher/shell-words';
import { type Command, commandOf } from '../operation-text';

const OUTPUT_BYTES_MAX = 64 * 1024;
/** Beyond the patience that the machine keeps itself: for the way, and for ending what took too long. */
const GRACE_MS = 10_000;

/** Runs short commands over SSH: a connection per command, closed after it. */
export class SshNodeShell implements NodeShell {
  constructor(private readonly options: { readonly connectTimeoutMs?: number } = {}) {}

  async run(
    node: NodeTarget,
    operation: Exclude<Operation, { kind: 'probe' }>,
    patienceMs: number,
  ): Promise<ShellAnswer> {
    const command = commandOf(operation);
    if (command === null) return refused('NODE_OPERATION_INVALID', 'a probe is no command');
    const way = await openWay([...node.jumps, node], this.options.connectTimeoutMs ?? 10_000, (it) => it !== node);
    if (way.kind !== 'linked') return way;
    try {
      if (way.last === null) return unreachable('no connection');
      return await within(run(way.last, node, scriptOf(command, patienceMs)), patienceMs + GRACE_MS);
    } catch (error) {
      return unreachable(`node ${node.name}: ${error instanceof Error ? error.message : 'no answer'}`);
    } finally {
      way.close();
    }
  }
}

/**
 * The whole as one compound command, so that a shell that is cut off while it reads runs nothing of it. Files and command
 * come by standard input, never by arguments, into a folder that goes when it ends.
 */
function scriptOf(command: Command, patienceMs: number): string {
  const lines = ['{', 'umask 077', 'dir=$(mktemp -d) || exit 125', `trap 'rm -rf "$dir"' EXIT`];
  lines.push(`trap 'exit 143' HUP TERM INT`, `put() { mkdir -p "$(dirname "$dir/$1")" && base64 -d >"$dir/$1"; }`);
  const put = (path: string, base64: string): void => {
    const mark = `END_${createHash('sha256').update(base64).digest('hex')}`;
    lines.push(`put ${quoteWord(path)} <<'${mark}' || exit 125`, base64, mark);
  };
  for (const { path, content } of command.files) if ('base64' in content) put(path, content.base64);
  put('command', Buffer.from(command.script).toString('base64'));
  lines.push('export MUSTER_ATTEMPT_DIR="$dir" MUSTER_OUTPUT="$dir"/output');
  for (const [name, value] of Object.entries(command.env)) lines.push(`export ${name}=${quoteWord(value)}`);
  lines.push(
    `cd ${quoteWord(command.cwd ?? '/')} || exit 126`,
    'setsid /bin/sh "$dir"/command </dev/null & pid=$!',
    // In a session of its own, and ended by what cannot be missed: a shell that has just forked loses a TERM that comes early.
    `setsid /bin/sh -c 'sleep ${Math.ceil(patienceMs / 1000)}; : >"$2"/late; kill -TERM -"$1"; sleep 2; kill -KILL -"$1"' sh "$pid" "$dir" </dev/null >/dev/null 2>&1 & watch=$!`,
    'wait "$pid"; code=$?',
    'if [ -e "$dir"/late ]; then code=124',
    // First its leader, which then starts nothing more, then what it had started.
    'else kill -KILL "$watch" 2>/dev/null; kill -KILL -"$watch" 2>/dev/null; fi',
    'wait "$watch" 2>/dev/null',
    'exit "$code"',
    '}',
    '',
  );
  return lines.join('\n');
}

async function run(link: SshLink, node: NodeTarget, script: string): Promise<ShellAnswer> {
  const { channel } = await link.exec(`exec ${node.become === 'sudo' ? 'sudo -n ' : ''}/bin/sh`);
  const streams = { stdout: keep(channel), stderr: keep(channel.stderr) };
  return new Promise((resolve) => {
    let code: number | null = null;
    const tell = (): void =>
      resolve({ kind: 'exited', code, stdout: streams.stdout.text(), stderr: streams.stderr.text() });
    channel.once('exit', (told: unknown) => (code = typeof told === 'number' ? told : null));
    channel.on('error', tell);
    channel.once('close', tell);
    link.onClosed(tell);
    channel.end(script);
  });
}

/** Reads all and keeps the beginning. */
function keep(stream: NodeJS.ReadableStream): { text(): string } {
  const pieces: Buffer[] = [];
  let size = 0;
  stream.on('data', (piece: Buffer) => {
    if (size < OUTPUT_BYTES_MAX) pieces.push(piece);
    size += piece.length;
  });
  return { text: () => Buffer.concat(pieces).subarray(0, OUTPUT_BYTES_MAX).toString() };
}
