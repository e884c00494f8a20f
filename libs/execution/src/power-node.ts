import { isJsonObject, type JsonObject, type PowerAction, type SecretBox } from '@muster/model';
import { problem, type Problem } from '@muster/problems';
import type { DrivenNode } from './ports/node-driver';
import type { NodeTarget } from './ports/node-port';
import { type NodeShell, SHELL_TOO_LATE } from './ports/node-shell';
import { openParameters } from './runner/open-parameters';
import { textWithoutSecrets } from './runner/without-secrets';
import { driverOf } from './task-types/drive-node';
import { ParameterWrong } from './task-types/parameter';

/** How long a command of a driver may take that is asked by a person who waits. */
const PATIENCE_MS = 60_000;
const OUTPUT_CHARS_MAX = 4000;

export interface PowerQuestion {
  readonly node: DrivenNode['target'];
  /** The machine that the driver's commands run on; with a driver that has none, the node itself. */
  readonly carrier: NodeTarget;
  /** As a plan has it, secrets sealed. */
  readonly driver: JsonObject;
  readonly action: PowerAction;
}

export interface PowerAnswer {
  /** What the driver said; null: it did not say, or was not asked. */
  readonly power: 'on' | 'off' | null;
  /** What it printed, without secrets. */
  readonly output: string;
}

/** Has a node's driver switch it, or say whether it is on; or the problems that stood in the way. */
export async function powerNode(
  { shell, box }: { readonly shell: NodeShell; readonly box: SecretBox },
  { node, carrier, driver: sealed, action }: PowerQuestion,
): Promise<PowerAnswer | { readonly problems: readonly Problem[] }> {
  const subject = `node ${node.name}`;
  const refuse = (summary: string) => ({ problems: [problem('NODE_DRIVER_CANNOT', { subject, summary })] });
  const { parameters, secrets } = openParameters({ driver: sealed }, box);
  const { driver = null } = parameters;
  let made: ReturnType<ReturnType<typeof driverOf>['operation']>;
  try {
    made = driverOf(isJsonObject(driver) ? driver : {}).operation(`power-${action}`, { target: node, parameters: {} });
  } catch (error) {
    if (error instanceof ParameterWrong) return refuse(error.message);
    throw error;
  }
  if ('unsupported' in made) return refuse(made.unsupported);
  const { operation } = made;
  if (operation.kind === 'probe') return refuse('its driver asks for what is no command');
  const answer = await shell.run(carrier, operation, PATIENCE_MS);
  const failed = (summary: string, detail: string) => ({
    problems: [
      problem('NODE_POWER_FAILED', {
        subject,
        summary,
        detail: textWithoutSecrets(detail, secrets).slice(0, OUTPUT_CHARS_MAX),
      }),
    ],
  });
  if (answer.kind === 'unreachable') return failed(`${carrier.name} is not reached`, answer.detail);
  if (answer.kind === 'refused') return failed(`${carrier.name} refuses it`, `${answer.code}: ${answer.detail}`);
  const { code, stdout, stderr } = answer;
  // A machine that boots need not say goodbye.
  if (code !== 0 && !(code === null && operation.kind === 'reboot')) {
    const end =
      code === null
        ? 'was cut off'
        : code === SHELL_TOO_LATE
          ? `took longer than ${PATIENCE_MS / 1000} s`
          : `ended with code ${code}`;
    return failed(`power-${action} on ${carrier.name} ${end}`, `${stderr}${stdout}`.trim());
  }
  const output = textWithoutSecrets(stdout, secrets).slice(0, OUTPUT_CHARS_MAX);
  return { power: action === 'status' ? lastWord(stdout) : null, output };
}

/** The last of the words `on` and `off`: the field's tools print sentences such as "Chassis Power is on". */
function lastWord(text: string): 'on' | 'off' | null {
  const said = text
    .match(/\b(on|off)\b/gi)
    ?.at(-1)
    ?.toLowerCase();
  return said === 'on' || said === 'off' ? said : null;
}
