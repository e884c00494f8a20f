import { isJsonObject, type JsonObject } from '@muster/model';
import type { Operation, OperationFile } from '../ports/node-port';
import { encodeBase64 } from './encode-base64';
import { environment } from './environment';
import type { TaskToCompile } from './task-to-compile';
import { bundleFile, bundleFolder, delivered, isAbsolute } from './files-of-task';
import { optionalString, stringParameter } from './parameter';
import { REPORT_RUBY } from './puppet-report';
import { shellQuote } from './shell-quote';

/**
 * `puppet apply` of a manifest, from the bundle or already on the node. Of its detailed exit codes 0 (unchanged) and 2
 * (changed) are success; 1 (no catalogue), 4 (failures) and 6 (changes and failures) are the task's own. What its report
 * counts becomes the task's outputs; a report that cannot be read changes nothing about success or failure.
 */
export function puppet(it: TaskToCompile): Operation {
  const files: OperationFile[] = [{ path: 'report.rb', content: { base64: encodeBase64(REPORT_RUBY) } }];
  const manifest = stringParameter(it.parameters, 'puppet_manifest');
  let manifestWord = shellQuote(manifest);
  if (!isAbsolute(manifest)) {
    files.push(delivered(bundleFile(it.task, manifest), 'manifest.pp'));
    manifestWord = '"$MUSTER_ATTEMPT_DIR"/manifest.pp';
  }
  const words = [
    'puppet apply --detailed-exitcodes --color=false --logdest=console',
    '--lastrunreport="$report" --lastrunfile="$report".summary',
  ];
  if (it.noop) words.push('--noop');
  const modules = optionalString(it.parameters, 'puppet_modules');
  if (modules !== null && isAbsolute(modules)) words.push(`--modulepath=${shellQuote(modules)}`);
  if (modules !== null && !isAbsolute(modules)) {
    for (const { relative, file } of bundleFolder(it.task, modules)) files.push(delivered(file, `modules/${relative}`));
    words.push('--modulepath="$MUSTER_ATTEMPT_DIR"/modules');
  }
  // Debian's package has it on the path, Puppet's own packages do not, and bring a ruby of their own.
  const script = `PATH="$PATH:/opt/puppetlabs/bin"
report=$MUSTER_ATTEMPT_DIR/report.yaml
command -v puppet >/dev/null || { echo "puppet is not installed on this node" >&2; exit 127; }
code=0
${words.join(' ')} ${manifestWord} || code=$?
ruby=/opt/puppetlabs/puppet/bin/ruby
[ -x "$ruby" ] || ruby=ruby
if [ -s "$report" ]; then
  "$ruby" "$MUSTER_ATTEMPT_DIR"/report.rb "$report" "$code" >"$MUSTER_OUTPUT" || { : >"$MUSTER_OUTPUT"; echo "muster: the report of puppet cannot be read" >&2; }
fi
[ "$code" != 2 ] || exit 0
exit "$code"
`;
  const env = environment(it.parameters);
  return { kind: 'command', script, files, env, cwd: optionalString(it.parameters, 'cwd') };
}

/** What people read of a run: counts, then each resource that failed, with why. */
export function puppetSummary(outputs: JsonObject, noop: boolean): string | null {
  const { total, changed, failed, outOfSync, failures } = outputs;
  if (typeof total !== 'number') return null;
  const counts = noop
    ? `${String(outOfSync)} of ${total} resources would change`
    : `${String(changed)} of ${total} resources changed, ${String(failed)} failed, ${String(outOfSync)} out of sync`;
  const told = Array.isArray(failures)
    ? (failures as readonly unknown[])
        .filter(isJsonObject)
        .map((each) => `${String(each['resource'])}: ${String(each['message'])}`)
    : [];
  return told.length === 0 ? counts : `${counts}; ${told.slice(0, 5).join('; ')}`;
}
