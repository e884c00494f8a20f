import type { AttemptSpec, NodeFailure, Operation } from '@muster/execution';
import { refused } from './connection/node-failure';
import { quoteWord } from './launcher/shell-words';

/**
 * Boots the machine. What the disk holds of this attempt has to survive, hence `sync`; the pause lets the launcher tell
 * that the command has started. A node's own environment may name another way (embedded nodes have one).
 */
const REBOOT_SCRIPT = `sync; sleep 0.2 || sleep 1
if [ "\${MUSTER_REBOOT:-}" ]; then exec "$MUSTER_REBOOT"; fi
for try in "reboot" "shutdown -r now" "systemctl reboot"; do
  command -v "\${try%% *}" >/dev/null && exec $try
done
echo "no reboot, shutdown or systemctl on this machine" >&2
exit 127`;

/** The launcher's shell reads requests byte by byte, and each question anew. */
const CHECK_MAX = 8192;

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export type Command = Extract<Operation, { kind: 'command' }>;

/** What the shell runs for an operation; null for one that starts nothing on the node. */
export function commandOf(operation: Operation): Command | null {
  switch (operation.kind) {
    case 'command':
      return operation;
    case 'reboot':
      return { kind: 'command', script: REBOOT_SCRIPT, files: [], env: {}, cwd: null };
    case 'probe':
      return null;
  }
}

/** What the command's shell does before the script: working folder and environment. Never in argv, so secrets are safe. */
export function setupText(attempt: AttemptSpec, command: Command): string {
  const variables = { ...command.env, MUSTER_TASK: attempt.task };
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoteWord(value)}`);
  const folder = command.cwd ?? '/';
  const complaint = quoteWord(`muster: cannot enter ${folder}`);
  return [`cd ${quoteWord(folder)} || { echo ${complaint} >&2; exit 126; }`, ...exports, ''].join('\n');
}

/** Why an attempt cannot be expressed on a node; null if it can. All reasons at once. */
export function checkAttempt(attempt: AttemptSpec): NodeFailure | null {
  const wrong: string[] = [];
  if (!SAFE_ID.test(attempt.id)) wrong.push(`the attempt's id ${JSON.stringify(attempt.id)} is no file name`);
  const { operation } = attempt;
  if (operation.kind === 'command') {
    for (const [name, value] of Object.entries(operation.env)) {
      if (!VARIABLE_NAME.test(name)) wrong.push(`${JSON.stringify(name)} is no name of a variable`);
      if (value.includes('\0')) wrong.push(`the value of variable ${name} contains a NUL`);
    }
    if (operation.script.includes('\0')) wrong.push('the script contains a NUL');
    const folder = operation.cwd;
    if (folder !== null && (!folder.startsWith('/') || folder.includes('\0'))) {
      wrong.push(`the working folder ${JSON.stringify(folder)} is not absolute`);
    }
    for (const { path, mode } of operation.files) {
      if (!isInside(path)) wrong.push(`the file ${JSON.stringify(path)} would lie outside the attempt's folder`);
      if (mode !== undefined && (!Number.isInteger(mode) || mode < 0 || mode > 0o777))
        wrong.push(`the mode of ${path} is not between 0 and 0777`);
    }
  }
  if (operation.kind === 'probe' && 'check' in operation.target) {
    const { check, env } = operation.target;
    for (const name of Object.keys(env))
      if (!VARIABLE_NAME.test(name)) wrong.push(`${JSON.stringify(name)} is no name of a variable`);
    const length = [check, ...Object.values(env)].join('').length;
    if (length > CHECK_MAX) wrong.push(`a check and its variables have at most ${CHECK_MAX} characters, not ${length}`);
    if ([check, ...Object.values(env)].some((text) => text.includes('\0'))) wrong.push('the check contains a NUL');
  }
  if (operation.kind === 'probe' && 'http' in operation.target) {
    const { http } = operation.target;
    if (!/^https?:\/\//.test(http) || !URL.canParse(http))
      wrong.push(`only http:// and https:// addresses can be probed, not ${http}`);
  }
  return wrong.length > 0 ? refused('NODE_OPERATION_INVALID', `task ${attempt.task}: ${wrong.join('; ')}`) : null;
}

function isInside(path: string): boolean {
  const parts = path.split('/');
  return !path.includes('\0') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}
