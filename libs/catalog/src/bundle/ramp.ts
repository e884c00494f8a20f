import type { Ramp, RampStep } from '@muster/model';
import type { Cursor } from '../yaml/cursor';

/** Each step is a vertex and a walk over the graph; whoever wants more wants a limit. */
const STEPS_MAX = 20;

/** `{steps: [1, "10%"], gate: auto or manual}`; null if it is none. */
export function readRamp(cursor: Cursor): Ramp | null {
  const map = cursor.map('{steps, gate}');
  if (!map) return null;
  map.knowsOnly(['steps', 'gate'], 'error');
  const gate = map.get('gate')?.oneOf(['auto', 'manual'] as const) ?? 'auto';
  const list = map.require('steps');
  const items = list?.items();
  if (!items) return null;
  if (items.length < 1 || items.length > STEPS_MAX) return list?.refuse(`a list of 1 to ${STEPS_MAX} steps`) ?? null;
  const steps = items.map(readStep).filter((step) => step !== null);
  return steps.length === items.length ? { steps, gate } : null;
}

function readStep(cursor: Cursor): RampStep | null {
  const value = cursor.located.kind === 'scalar' ? cursor.located.value : null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  const percent = typeof value === 'string' ? /^\s*(\d{1,3})\s*%\s*$/.exec(value) : null;
  const share = Number(percent?.[1]);
  return share >= 1 && share <= 100 ? `${share}%` : cursor.refuse('a count of nodes from 1, or "N%" from 1 to 100');
}
