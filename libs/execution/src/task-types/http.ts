import { isJsonObject, type Json, type JsonObject } from '@muster/model';
import type { Operation, OperationFile } from '../ports/node-port';
import { encodeBase64 } from './encode-base64';
import { flagParameter, optionalString, ParameterWrong, stringParameter } from './parameter';
import { shellQuote } from './shell-quote';
import { refuseNoop, type TaskToCompile } from './task-to-compile';

/** Bytes of an answer that are kept; a larger one fails the task. In blocks of 512, as `ulimit -f` counts. */
const ANSWER_MAX = 16 * 1024 * 1024;
const CONNECT_S = 10;
const URL = /^https?:\/\/[^\s\p{Cc}]+$/u;
const HEADER_NAME = /^[A-Za-z0-9-]{1,128}$/;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * One HTTP request from the node, by its `curl`, so that it is sent at most once whoever carries the task; everything about
 * it is in a file that only the login user can read. Without `expect` any status from 200 to 299 is success. Redirects are
 * not followed. The answer's body is the task's output, its status the output `status`; JSON that it answers with is the output
 * `body` where the definition's `outputs` has one.
 */
export function http(it: TaskToCompile): Operation {
  refuseNoop(it);
  const { parameters } = it;
  const url = stringParameter(parameters, 'url');
  if (!URL.test(url)) throw new ParameterWrong('url is no http:// or https:// address');
  const method = (optionalString(parameters, 'method') ?? 'GET').toUpperCase();
  if (!METHODS.includes(method)) throw new ParameterWrong(`method is not one of ${METHODS.join(', ')}`);
  const headers = headersOf(parameters);
  const files: OperationFile[] = [];
  const lines = [`url = ${quoted(url)}`, 'globoff', 'silent', 'show-error', `connect-timeout = ${CONNECT_S}`];
  lines.push(
    'proto = "=http,https"',
    'output = "answer"',
    'write-out = "%{http_code}"',
    `max-filesize = ${ANSWER_MAX}`,
  );
  lines.push(method === 'HEAD' ? 'head' : `request = ${quoted(method)}`);
  if (flagParameter(parameters, 'insecure')) lines.push('insecure');
  const authorities = optionalString(parameters, 'cacert');
  if (authorities !== null && !authorities.startsWith('/')) throw new ParameterWrong('cacert is no path on the node');
  if (authorities !== null) lines.push(`cacert = ${quoted(authorities)}`);
  const body = parameters['body'] ?? null;
  if (body !== null) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    files.push({ path: 'body', content: { base64: encodeBase64(text) } });
    lines.push('data-binary = "@body"');
    if (!headers.some(([name]) => name.toLowerCase() === 'content-type'))
      headers.push(['Content-Type', typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json']);
  }
  for (const [name, value] of headers) lines.push(`header = ${quoted(`${name}: ${value}`)}`);
  files.push({ path: 'request', content: { base64: encodeBase64(`${lines.join('\n')}\n`) } });
  const { statuses, text } = expected(parameters['expect'] ?? null);
  if (text !== null) files.push({ path: 'expected', content: { base64: encodeBase64(`${text}\n`) } });
  const script = `cd "$MUSTER_ATTEMPT_DIR" || exit 1
command -v curl >/dev/null || { echo "curl is not installed on this node" >&2; exit 127; }
ulimit -f ${ANSWER_MAX / 512}
: >answer
status=$(curl --disable --config request) || { code=$?; echo "no whole answer from" ${shellQuote(url)} >&2; exit "$code"; }
cat answer
${outputsOf(it)}
case $status in
  ${statuses}) ;;
  *) echo "answered with status $status" >&2; exit 1 ;;
esac
${text === null ? '' : 'grep -F -q -f expected answer || { echo "the answer does not hold the text expected" >&2; exit 1; }\n'}`;
  return { kind: 'command', script, files, env: {}, cwd: null };
}

function outputsOf({ task: { outputs } }: TaskToCompile): string {
  const properties = outputs?.['properties'] ?? null;
  const hasBody = isJsonObject(properties) && Object.hasOwn(properties, 'body');
  const body = hasBody ? `; printf ', "body": '; [ -s answer ] && cat answer || printf null` : '';
  return `{ printf '{"status": %s' "$((1$status - 1000))"${body}; printf '}\\n'; } >"$MUSTER_OUTPUT"`;
}

function headersOf(parameters: JsonObject): [string, string][] {
  const headers = parameters['headers'] ?? {};
  if (!isJsonObject(headers)) throw new ParameterWrong('headers is no mapping');
  return Object.entries(headers).map(([name, value]) => {
    if (!HEADER_NAME.test(name))
      throw new ParameterWrong(`${JSON.stringify(name.slice(0, 80))} is no name of a header`);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (/[\r\n\0]/.test(text)) throw new ParameterWrong(`header ${name} has more than one line`);
    return [name, text];
  });
}

function expected(expect: Json): { readonly statuses: string; readonly text: string | null } {
  const told: JsonObject = isJsonObject(expect) ? expect : { status: expect };
  const status = told['status'] ?? null;
  const list: readonly Json[] = status === null ? [] : Array.isArray(status) ? (status as readonly Json[]) : [status];
  if (!list.every((each) => typeof each === 'number' && Number.isInteger(each) && each >= 100 && each <= 599))
    throw new ParameterWrong('expect has a status that is no number from 100 to 599');
  const text = told['body'] ?? null;
  if (text !== null && (typeof text !== 'string' || text === '' || /[\r\n\0]/.test(text)))
    throw new ParameterWrong('expect.body is no text of one line');
  return { statuses: list.length === 0 ? '2[0-9][0-9]' : list.join(' | '), text };
}

/** A value in curl's configuration file. */
function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new ParameterWrong('a part of the request has more than one line');
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\t', '\\t')}"`;
}
