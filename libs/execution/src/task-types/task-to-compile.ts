import type { GraphTask, JsonObject } from '@muster/model';
import type { Operation } from '../ports/node-port';

/** A task as its type sees it: parameters with secrets opened. */
export interface TaskToCompile {
  readonly task: GraphTask;
  readonly parameters: JsonObject;
  readonly noop: boolean;
}

/** For types that cannot tell what they would change: says so, and does nothing. */
export function unknownInNoop(it: TaskToCompile): Operation {
  const script = `echo 'noop: ${it.task.type} cannot tell what it would change; not run'\n`;
  return { kind: 'command', script, files: [], env: {}, cwd: null };
}
