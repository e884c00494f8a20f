import { isJsonObject, type JsonObject } from '@muster/model';
import type { Operation, OperationFile } from '../ports/node-port';
import { encodeBase64 } from './encode-base64';
import { environment } from './environment';
import { delivered } from './files-of-task';
import { objectsParameter, optionalString, ParameterWrong, stringParameter } from './parameter';
import type { TaskToCompile } from './task-to-compile';

const CHECK_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/**
 * Runs every check, whatever the others say, and tells of each whether it passed. A check that fails makes the task fail,
 * unless its `severity` is `warning`. Checks look and change nothing, so they run under noop, too.
 */
export function validate(it: TaskToCompile): Operation {
  const checks = objectsParameter(it.parameters, 'checks');
  if (checks.length === 0) throw new ParameterWrong('checks is empty');
  const files: OperationFile[] = it.task.files.map((file) => delivered(file, `files/${file.path}`));
  const names = new Set<string>();
  const lines = checks.map((check, index) => {
    const name = stringParameter(check, 'name');
    if (!CHECK_NAME.test(name)) throw new ParameterWrong(`${JSON.stringify(name.slice(0, 80))} is no name of a check`);
    if (names.has(name)) throw new ParameterWrong(`check ${name} is there twice`);
    names.add(name);
    const severity = optionalString(check, 'severity') ?? 'fatal';
    if (severity !== 'fatal' && severity !== 'warning')
      throw new ParameterWrong(`the severity of check ${name} is neither fatal nor warning`);
    files.push({ path: `checks/${index}`, content: { base64: encodeBase64(`${stringParameter(check, 'cmd')}\n`) } });
    return `check ${name} ${severity} ${index}`;
  });
  const script = `failed=0
warnings=0
results=
check() {
  echo "== $1"
  code=0
  /bin/sh "$MUSTER_ATTEMPT_DIR/checks/$3" </dev/null || code=$?
  if [ "$code" != 0 ]; then
    echo "== $1: failed with code $code ($2)"
    if [ "$2" = warning ]; then warnings=$((warnings + 1)); else failed=$((failed + 1)); fi
  fi
  results="$results\${results:+, }{\\"name\\": \\"$1\\", \\"severity\\": \\"$2\\", \\"code\\": $code}"
}
${lines.join('\n')}
printf '{"total": ${checks.length}, "failed": %s, "warnings": %s, "checks": [%s]}\\n' "$failed" "$warnings" "$results" >"$MUSTER_OUTPUT"
[ "$failed" = 0 ]
`;
  return { kind: 'command', script, files, env: environment(it.parameters), cwd: optionalString(it.parameters, 'cwd') };
}

/** How many passed, and which did not. */
export function validateSummary({ total, failed, warnings, checks }: JsonObject): string | null {
  if (typeof total !== 'number' || typeof failed !== 'number' || typeof warnings !== 'number') return null;
  const bad = (Array.isArray(checks) ? (checks as readonly unknown[]) : [])
    .filter(isJsonObject)
    .filter(({ code }) => code !== 0)
    .map(({ name, severity }) => `${String(name)} (${String(severity)})`);
  return `${total - failed - warnings} of ${total} checks passed${bad.length === 0 ? '' : `; failed: ${bad.join(', ')}`}`;
}
