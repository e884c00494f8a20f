import { isJsonObject, type JsonObject } from '@muster/model';
import { isNodeAddress, LOGIN_PATTERN } from '@muster/model/schema';
import type { NodeTarget, Operation, OperationFile } from '../ports/node-port';
import { encodeBase64 } from './encode-base64';
import { bundleFile, delivered, isAbsolute } from './files-of-task';
import { ParameterWrong, stringParameter } from './parameter';
import { shellQuote } from './shell-quote';
import { ownNode, type TaskToCompile } from './task-to-compile';

/**
 * A playbook for one node, by `ansible-playbook` on the master node, over SSH and with the node's own login. The inventory has
 * that node alone and the run is limited to it. The keys (its own, and those of the nodes that it is reached through) are files
 * that only the login user of the master node can read, and go when the run ends; host keys are the pinned ones. Under
 * noop: `--check`.
 */
export function ansible(it: TaskToCompile): Operation {
  const node = ownNode(it);
  const playbook = stringParameter(it.parameters, 'playbook');
  const vars = it.parameters['vars'] ?? {};
  if (!isJsonObject(vars)) throw new ParameterWrong('vars is no mapping');
  const host = { ansible_host: node.address, ansible_port: node.port, ansible_user: node.user };
  const files: OperationFile[] = [
    json('inventory.json', { all: { hosts: { [node.name]: host } } }),
    json('vars.json', vars),
    { path: 'ansible.cfg', content: { base64: encodeBase64(CONFIGURATION) } },
    { path: 'key', mode: 0o600, content: { base64: encodeBase64(node.identity) } },
    { path: 'jumps.in', content: { base64: encodeBase64(jumpsConfiguration(node.jumps)) } },
    ...node.jumps.map(({ identity }, index): OperationFile => ({
      path: `jump-${index}.key`,
      mode: 0o600,
      content: { base64: encodeBase64(identity) },
    })),
    ...it.task.files.map((file) => delivered(file, `files/${file.path}`)),
  ];
  const path = isAbsolute(playbook)
    ? shellQuote(playbook)
    : `"$MUSTER_ATTEMPT_DIR"/files/${shellQuote(bundleFile(it.task, playbook).path)}`;
  const become = node.become === 'sudo' ? ' --become' : '';
  const script = `cd "$MUSTER_ATTEMPT_DIR" || exit 1
trap 'rm -f key jump-*.key' EXIT
trap 'exit 143' TERM INT HUP
for program in ansible-playbook ssh ssh-keygen; do
  command -v "$program" >/dev/null || { echo "$program is not installed on the master node" >&2; exit 127; }
done
while IFS= read -r line; do
  case $line in
  *@DIR@*) printf '%s%s%s\\n' "\${line%%@DIR@*}" "$MUSTER_ATTEMPT_DIR" "\${line#*@DIR@}" ;;
  *) printf '%s\\n' "$line" ;;
  esac
done <jumps.in >ssh_config
pin() { # FINGERPRINT FILE, and how ssh gets there: keeps the host key that has this fingerprint; no login is tried
  wanted=$1 kept=$2
  shift 2
  : >"$kept"
  for kinds in ssh-ed25519 ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521 rsa-sha2-512,rsa-sha2-256; do
    rm -f scanned
    ssh -F ssh_config -o BatchMode=yes -o ConnectTimeout=10 -o PreferredAuthentications=none -o CheckHostIP=no -o HashKnownHosts=no -o HostKeyAlgorithms="$kinds" -o StrictHostKeyChecking=no -o UserKnownHostsFile=scanned -o GlobalKnownHostsFile=/dev/null "$@" true </dev/null >/dev/null 2>&1
    [ -e scanned ] || continue
    while IFS= read -r line; do
      told=$(printf '%s\\n' "$line" | ssh-keygen -lf - 2>/dev/null | cut -d' ' -f2)
      [ "$told" = "$wanted" ] && printf '%s\\n' "$line" >>"$kept"
    done <scanned
    [ -s "$kept" ] && return 0
  done
  return 1
}
${node.jumps.map((jump, index) => pinned(jump, `jump-${index}.hosts`, jumpName(index))).join('')}${pinned(node, 'known_hosts', `${shellWords(['-p', String(node.port), '-l', node.user, ...through(node)])} -- ${shellQuote(node.address)}`)}export ANSIBLE_CONFIG="$MUSTER_ATTEMPT_DIR"/ansible.cfg ANSIBLE_LOCAL_TEMP="$MUSTER_ATTEMPT_DIR"/tmp ANSIBLE_LOG_PATH="$MUSTER_ATTEMPT_DIR"/log
export ANSIBLE_SSH_ARGS="-F $MUSTER_ATTEMPT_DIR/ssh_config ${through(node).join(' ')} -o CheckHostIP=no -o UserKnownHostsFile=$MUSTER_ATTEMPT_DIR/known_hosts -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o ControlMaster=no"
export LC_ALL=C.UTF-8
code=0
ansible-playbook -i inventory.json --limit ${shellQuote(node.name)} --private-key "$MUSTER_ATTEMPT_DIR"/key --extra-vars @vars.json${become}${it.noop ? ' --check' : ''} -- ${path} </dev/null || code=$?
recap=$(sed -n ${shellQuote(RECAP(node.name))} log | tail -n 1)
if [ "$recap" ]; then printf '{%s}\\n' "$recap" >"$MUSTER_OUTPUT"; fi
if [ "$code" = 0 ] && [ -z "$recap" ]; then echo "no play of the playbook is for node ${node.name}" >&2; exit 1; fi
exit "$code"
`;
  return { kind: 'command', script, files, env: {}, cwd: null };
}

/** `place` says how ssh gets there. */
function pinned({ name, hostKey }: NodeTarget, file: string, place: string): string {
  return `pin ${shellQuote(hostKey)} ${file} ${place} || { echo ${shellQuote(`node ${name} does not show its accepted host key to the master node`)} >&2; exit 1; }
`;
}

function jumpName(index: number): string {
  return `muster-jump-${index}`;
}

/** Arguments of ssh for a node behind others. */
function through({ jumps }: NodeTarget): readonly string[] {
  return jumps.length === 0 ? [] : ['-o', `ProxyJump=${jumpName(jumps.length - 1)}`];
}

function shellWords(words: readonly string[]): string {
  return words.map((word) => shellQuote(word)).join(' ');
}

/**
 * The nodes in between, each reached through the one before it, under names of ours. What stands in it has been checked
 * where it was written; here again, since a word more in this file is a command.
 */
function jumpsConfiguration(jumps: readonly NodeTarget[]): string {
  const hosts = jumps.map(({ name, address, port, user }, index) => {
    if (!isNodeAddress(address) || !LOGIN_PATTERN.test(user) || !Number.isInteger(port))
      throw new ParameterWrong(`how node ${name} is reached cannot be told to ssh`);
    return [
      `Host ${jumpName(index)}`,
      `  HostName "${address}"`,
      `  Port ${port}`,
      `  User "${user}"`,
      `  IdentityFile "@DIR@/jump-${index}.key"`,
      `  UserKnownHostsFile "@DIR@/jump-${index}.hosts"`,
      ...['GlobalKnownHostsFile /dev/null', 'StrictHostKeyChecking yes', 'CheckHostIP no', 'IdentitiesOnly yes'].map(
        (line) => `  ${line}`,
      ),
      ...['BatchMode yes', 'ConnectTimeout 10', 'ControlMaster no'].map((line) => `  ${line}`),
      ...(index === 0 ? [] : [`  ProxyJump ${jumpName(index - 1)}`]),
    ];
  });
  return ['# The only configuration of ssh that counts here.', ...hosts.flat(), ''].join('\n');
}

/** The one configuration that counts: what lies about on the master node would make the same playbook do something else. */
const CONFIGURATION = `[defaults]
host_key_checking = True
retry_files_enabled = False
nocolor = 1
nocows = 1
interpreter_python = auto_silent
stdout_callback = default
`;

/** From the last line about the node: counts, as members of a mapping. Only digits are taken over. */
const RECAP = (node: string): string =>
  `s/^.* ${node.replaceAll('.', '\\.')} *: *ok=\\([0-9]*\\) *changed=\\([0-9]*\\) *unreachable=\\([0-9]*\\) *failed=\\([0-9]*\\) *skipped=\\([0-9]*\\).*$/"ok": \\1, "changed": \\2, "unreachable": \\3, "failed": \\4, "skipped": \\5/p`;

function json(path: string, value: JsonObject): OperationFile {
  return { path, content: { base64: encodeBase64(JSON.stringify(value)) } };
}

export function ansibleSummary({ ok, changed, unreachable, failed }: JsonObject, noop: boolean): string | null {
  if (typeof ok !== 'number') return null;
  return `${String(changed)} of ${ok} steps ${noop ? 'would change' : 'changed'} something, ${String(failed)} failed${unreachable === 0 ? '' : ', unreachable'}`;
}
