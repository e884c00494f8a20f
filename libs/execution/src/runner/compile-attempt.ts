import type { AttemptResult, GraphTask, SecretBox } from '@muster/model';
import type { DeploymentState } from '@muster/scheduling';
import type { AttemptSpec } from '../ports/node-port';
import { compileOperation } from '../task-types/compile-operation';
import { bindOutputs } from './bind-outputs';
import type { NodeTargets } from './node-targets';
import { openParameters } from './open-parameters';
import { sourceSecrets } from './source-secrets';

/** What an attempt does, or why its type cannot say; and what it was given, which nothing that is told of it may show. */
export type CompiledAttempt = (
  | { readonly spec: AttemptSpec; readonly refused?: never }
  | { readonly refused: Extract<AttemptResult, { readonly kind: 'refused' }> }
) & { readonly secrets: readonly string[] };

/** Binds what others have put out, opens secrets, and has the task's type make an operation of it. */
export function compileAttempt(
  id: string,
  task: GraphTask,
  state: DeploymentState,
  targets: NodeTargets,
  box: SecretBox,
  noop: boolean,
): CompiledAttempt {
  const bound = bindOutputs(task.parameters, (address) => state.outputs.get(state.graph.indexOf.get(address) ?? -1));
  if ('code' in bound) return { refused: { kind: 'refused', ...bound }, secrets: [] };
  const { parameters, secrets: own } = openParameters(bound.parameters, box);
  // A task that was given no secret has none to print.
  const sources = own.length === 0 ? [] : sourceSecrets(state.graph.source, task.node, box);
  const node = targets.target(targets.machineOf(task.node));
  const answer = compileOperation({ task, parameters, noop, master: targets.master, node });
  const secrets = [...new Set([...own, ...sources])];
  if (answer.kind === 'refused') return { refused: answer, secrets };
  return { spec: { id, task: task.task, operation: answer.operation }, secrets };
}
