import { isJsonObject, type JsonObject } from '@muster/model';
import type { Operation, OperationFile } from '../ports/node-port';
import { encodeBase64 } from './encode-base64';
import { bundleFile, delivered, isAbsolute } from './files-of-task';
import { ParameterWrong, stringParameter } from './parameter';
import { shellQuote } from './shell-quote';
import { ownNode, type TaskToCompile } from './task-to-compile';

/**
 * A playbook for one node, by `ansible-playbook` on the master node, over SSH and with the node's own login. The inventory has
 * that node alone and the run is limited to it. The key is a file that only the login user of the master node can read, and
 * goes when the run ends; the host key is the pinned one. Under noop: `--check`.
 */
export function ansible(it: TaskToCompile): Operation {
  const node = ownNode(it);
  if (node.jumps.length > 0)
    throw new ParameterWrong(`node ${node.name} is reached through another node, which ansible tasks cannot`);
  const playbook = stringParameter(it.parameters, 'playbook');
  const vars = it.parameters['vars'] ?? {};
  if (!isJsonObject(vars)) throw new ParameterWrong('vars is no mapping');
  const host = { ansible_host: node.address, ansible_port: node.port, ansible_user: node.user };
  const files: OperationFile[] = [
    json('inventory.json', { all: { hosts: { [node.name]: host } } }),
    json('vars.json', vars),
    { path: 'ansible.cfg', content: { base64: encodeBase64(CONFIGURATION) } },
    { path: 'key', mode: 0o600, content: { base64: encodeBase64(node.identity) } },
    ...it.task.files.map((file) => delivered(file, `files/${file.path}`)),
  ];
  const path = isAbsolute(playbook)
    ? shellQuote(playbook)
    : `"$MUSTER_ATTEMPT_DIR"/files/${shellQuote(bundleFile(it.task, playbook).path)}`;
  const become = node.become === 'sudo' ? ' --become' : '';
  const script = `cd "$MUSTER_ATTEMPT_DIR" || exit 1
trap 'rm -f key' EXIT
trap 'exit 143' TERM INT HUP
for program in ansible-playbook ssh-keyscan ssh-keygen; do
  command -v "$program" >/dev/null || { echo "$program is not installed on the master node" >&2; exit 127; }
done
ssh-keyscan -T 10 -p ${node.port} ${shellQuote(node.address)} >scanned 2>/dev/null
: >known_hosts
while IFS= read -r line; do
  set -- $(printf '%s\\n' "$line" | ssh-keygen -lf - 2>/dev/null)
  [ "\${2:-}" = ${shellQuote(node.hostKey)} ] && printf '%s\\n' "$line" >>known_hosts
done <scanned
[ -s known_hosts ] || { echo "node ${node.name} does not show its accepted host key to the master node" >&2; exit 1; }
export ANSIBLE_CONFIG="$MUSTER_ATTEMPT_DIR"/ansible.cfg ANSIBLE_LOCAL_TEMP="$MUSTER_ATTEMPT_DIR"/tmp ANSIBLE_LOG_PATH="$MUSTER_ATTEMPT_DIR"/log
export ANSIBLE_SSH_ARGS="-o UserKnownHostsFile=$MUSTER_ATTEMPT_DIR/known_hosts -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o ControlMaster=no"
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
