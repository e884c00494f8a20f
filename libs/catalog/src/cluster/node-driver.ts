import { DRIVER_ACTIONS, TYPES_TO_ALLOW, type DriverAction, type NodeDriverSpec } from '@muster/model';
import type { Cursor } from '../yaml/cursor';

/** `driver: {type: ssh-existing}`, or `{type: commands, commands: {provision: ..., ...}}`. */
export function readDriver(cursor: Cursor): NodeDriverSpec | null {
  const map = cursor.map('{type, commands}');
  const type = map?.require('type')?.oneOf(['ssh-existing', 'commands'] as const) ?? null;
  if (!map || type === null) return null;
  map.knowsOnly(type === 'commands' ? ['type', 'commands'] : ['type'], 'error');
  if (type === 'ssh-existing') return { type };
  const told = map.require('commands')?.map('a mapping of actions to commands');
  told?.knowsOnly(DRIVER_ACTIONS, 'error');
  const commands: Partial<Record<DriverAction, string>> = {};
  for (const action of DRIVER_ACTIONS) {
    const command = told?.get(action);
    const text = command && !command.isNull ? command.string('a shell command') : null;
    if (text !== null) commands[action] = text;
  }
  return { type, commands };
}

/** `allow`: task types that are denied unless they are named. */
export function readAllowed(cursor: Cursor): readonly string[] {
  const known = [...TYPES_TO_ALLOW];
  return [
    ...new Set((cursor.itemsOrOne() ?? []).map((item) => item.oneOf(known)).filter((each) => each !== null)),
  ].sort();
}
