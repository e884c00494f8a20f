import type { FunctionDefinition } from '../functions/function-definition';
import type { Parameter } from '../functions/parameter';
import type { NodeOf } from '../syntax/syntax-node';

/** What is written between the parentheses of a call, the receiver first. */
export interface CallShape {
  readonly positional: number;
  /** Names before `=>`; null for what is no word. */
  readonly rules: readonly (string | null)[];
}

export function shapeOf({ positional, target, rules }: NodeOf<'call'>): CallShape {
  return {
    positional: positional.length + (target ? 1 : 0),
    rules: rules.map(({ source }) => (source.kind === 'word' ? source.name : null)),
  };
}

/** Which written argument goes where. Numbers count the positional ones, then the destinations of rules. */
export type Slot =
  | { readonly kind: 'one'; readonly index: number }
  | { readonly kind: 'many'; readonly indices: readonly number[] }
  | { readonly kind: 'fallback' }
  | { readonly kind: 'rules' };

export interface Candidate {
  readonly definition: FunctionDefinition;
  readonly slots: readonly Slot[];
}

/** How `definition` would take such a call; null if it would not. */
export function candidateFor(definition: FunctionDefinition, shape: CallShape): Candidate | null {
  const { parameters } = definition;
  const taken = new Set<number>();
  const takesRules = parameters.some(([, { kind }]) => kind === 'rules' || kind === 'named');
  const slots: Slot[] = [];
  for (const [position, [name, parameter]] of parameters.entries()) {
    const slot = slotFor(name, parameter, position, shape, taken, takesRules);
    if (!slot) return null;
    slots.push(slot);
  }
  const isAllTaken = taken.size === shape.positional + (takesRules ? 0 : shape.rules.length);
  const hasNames = !parameters.some(([, { kind }]) => kind === 'named') || !shape.rules.includes(null);
  return isAllTaken && hasNames ? { definition, slots } : null;
}

function slotFor(
  name: string,
  parameter: Parameter<unknown>,
  position: number,
  shape: CallShape,
  taken: Set<number>,
  takesRules: boolean,
): Slot | null {
  if (parameter.kind === 'rules' || parameter.kind === 'named') return { kind: 'rules' };
  if (parameter.isRest) {
    const indices = Array.from({ length: Math.max(0, shape.positional - position) }, (_, index) => position + index);
    for (const index of indices) taken.add(index);
    return { kind: 'many', indices };
  }
  const rule = takesRules ? -1 : shape.rules.indexOf(name);
  const given = position < shape.positional ? position : rule >= 0 ? shape.positional + rule : null;
  if (given !== null) {
    taken.add(given);
    return { kind: 'one', index: given };
  }
  return parameter.fallback ? { kind: 'fallback' } : null;
}

/** Written arguments that the function itself evaluates; all candidates must agree about them. */
export function lazyArguments({ definition, slots }: Candidate): Set<number> {
  const lazy = new Set<number>();
  definition.parameters.forEach(([, { kind }], position) => {
    const slot = slots[position] as Slot;
    if (kind !== 'lambda') return;
    if (slot.kind === 'one') lazy.add(slot.index);
    if (slot.kind === 'many') for (const index of slot.indices) lazy.add(index);
  });
  return lazy;
}
