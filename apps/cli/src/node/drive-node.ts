import { dirname, resolve } from 'node:path';
import { POWER_ACTIONS, type PowerAction } from '@muster/model';
import { problem, ProblemsError } from '@muster/problems';
import { ExitCode } from '../exit-code';
import { answerAsYaml } from '../io/answer-as-yaml';
import { readText } from '../io/read-text';
import type { Session } from '../session';
import { usageProblem } from '../usage-problem';

export interface DriverOptions {
  readonly file?: string;
  readonly clear?: boolean;
}

/** Shows how a node is made, erased and switched; with a file, or `--clear`, changes it first. */
export async function driverOfNode(session: Session, options: DriverOptions, node: string): Promise<ExitCode> {
  const { file, clear } = options;
  if (file !== undefined && clear === true) throw usageProblem('--clear', 'it cannot be given together with --file');
  const { nodes } = await session.client();
  if (file !== undefined) await answerAsYaml(session, await nodes.writeDriver(node, await readDriver(session, file)));
  else await answerAsYaml(session, await (clear === true ? nodes.clearDriver(node) : nodes.driver(node)));
  return ExitCode.success;
}

/** What is wrong with it is told by the planner; here the files of `secretFiles` are read, relative to it. */
async function readDriver({ io }: Session, file: string): Promise<object> {
  const { parse } = await import('yaml');
  const wrong = (summary: string): ProblemsError =>
    new ProblemsError([problem('LOCAL_FILE', { subject: 'driver', summary, place: { file } })]);
  let read: unknown;
  try {
    read = parse(await readText(io.cwd, file, 'driver'), { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof ProblemsError) throw error;
    throw wrong(`it is no YAML: ${(error as Error).message}`);
  }
  if (!isMap(read))
    throw wrong('a mapping with `type`, `commands`, `settings`, `secrets` or `secretFiles` is expected');
  const { secretFiles = {}, ...driver } = read;
  if (!isMap(secretFiles)) throw wrong('`secretFiles` is a mapping of names to files');
  const from = dirname(resolve(io.cwd, file));
  const secrets: Record<string, unknown> = isMap(driver['secrets']) ? { ...driver['secrets'] } : {};
  for (const [name, path] of Object.entries(secretFiles)) {
    if (typeof path !== 'string') throw wrong(`\`secretFiles.${name}\` is no path`);
    // A last line break is the editor's, not the password's.
    secrets[name] = (await readText(from, path, `secret ${name}`)).replace(/\r?\n$/, '');
  }
  return { ...driver, ...(Object.keys(secrets).length === 0 ? {} : { secrets }) };
}

export interface PowerOptions {
  readonly on?: string;
  readonly force?: boolean;
  readonly reason?: string;
}

/** Has the node's driver switch it, or say whether it is on; off is an answer, no failure. */
export async function powerNode(
  session: Session,
  options: PowerOptions,
  node: string,
  action: string,
): Promise<ExitCode> {
  const known = POWER_ACTIONS as readonly string[];
  if (!known.includes(action)) throw usageProblem('<action>', `"${action}" is none of ${known.join(', ')}`);
  const { nodes } = await session.client();
  const done = await nodes.power(node, {
    action: action as PowerAction,
    ...(options.on === undefined ? {} : { on: options.on }),
    ...(options.force === undefined ? {} : { force: options.force }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  });
  session.answer(done, () => {
    if (action !== 'status') return `node ${node}: power ${action}\n`;
    return `node ${node} is ${done.power ?? 'in a state that its driver does not tell'}\n`;
  });
  return ExitCode.success;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
