import type { Operation, OperationFile } from '../ports/node-port';
import type { TaskToCompile } from './task-to-compile';
import { bundleFile, bundleFolder, delivered, isAbsolute } from './files-of-task';
import { optionalString, stringParameter } from './parameter';
import { shellQuote } from './shell-quote';

/** `puppet apply` of a manifest, from the bundle or already on the node. Exit codes 0 (unchanged) and 2 (changed) are success. */
export function puppet(it: TaskToCompile): Operation {
  const files: OperationFile[] = [];
  const manifest = stringParameter(it.parameters, 'puppet_manifest');
  let manifestWord = shellQuote(manifest);
  if (!isAbsolute(manifest)) {
    files.push(delivered(bundleFile(it.task, manifest), 'manifest.pp'));
    manifestWord = '"$MUSTER_ATTEMPT_DIR"/manifest.pp';
  }
  const words = ['puppet apply --detailed-exitcodes --color=false --logdest=console'];
  if (it.noop) words.push('--noop');
  const modules = optionalString(it.parameters, 'puppet_modules');
  if (modules !== null && isAbsolute(modules)) words.push(`--modulepath=${shellQuote(modules)}`);
  if (modules !== null && !isAbsolute(modules)) {
    for (const { relative, file } of bundleFolder(it.task, modules)) files.push(delivered(file, `modules/${relative}`));
    words.push('--modulepath="$MUSTER_ATTEMPT_DIR"/modules');
  }
  // Debian's package has it on the path, Puppet's own packages do not.
  const script = `PATH="$PATH:/opt/puppetlabs/bin"\ncode=0\n${words.join(' ')} ${manifestWord} || code=$?\nif [ "$code" = 2 ]; then exit 0; fi\nexit "$code"\n`;
  return { kind: 'command', script, files, env: {}, cwd: optionalString(it.parameters, 'cwd') };
}
