import { branchFunctions } from './branches';
import { comparisonFunctions } from './comparisons';
import { foldFunctions } from './folds';
import type { FunctionDefinition } from './function-definition';
import { listMakingFunctions } from './list-making';
import { listPartFunctions } from './list-parts';
import { listQuestionFunctions } from './list-questions';
import { mappingFunctions } from './mappings';
import { mergingFunctions } from './merging';
import { numberFunctions } from './numbers';
import { orderFunctions } from './orders';
import { patternFunctions } from './patterns';
import { printingFunctions } from './printing';
import { setFunctions } from './sets';
import { stateFunctions } from './states';
import { textFunctions } from './texts';

/** Second names. */
const ALIASES = new Map([
  ['where', 'filter'],
  ['select', 'map'],
  ['limit', 'take'],
]);

/** All there is to call, by name; names with `#` are operators. */
const BY_NAME: ReadonlyMap<string, readonly FunctionDefinition[]> = byName([
  ...stateFunctions,
  ...branchFunctions,
  ...comparisonFunctions,
  ...numberFunctions,
  ...textFunctions,
  ...patternFunctions,
  ...listPartFunctions,
  ...listMakingFunctions,
  ...listQuestionFunctions,
  ...orderFunctions,
  ...foldFunctions,
  ...mappingFunctions,
  ...mergingFunctions,
  ...setFunctions,
  ...printingFunctions,
]);

function byName(definitions: readonly FunctionDefinition[]): Map<string, readonly FunctionDefinition[]> {
  const names = new Map<string, FunctionDefinition[]>();
  const add = (name: string, definition: FunctionDefinition): void => {
    const known = names.get(name);
    if (known) known.push(definition);
    else names.set(name, [definition]);
  };
  for (const definition of definitions) {
    add(definition.name, definition);
    const other = ALIASES.get(definition.name);
    if (other !== undefined) add(other, { ...definition, name: other });
  }
  return names;
}

/** Every way of calling `name`; empty if there is no such function. */
export function definitionsOf(name: string): readonly FunctionDefinition[] {
  return BY_NAME.get(name) ?? [];
}

/** Names that expressions may call, sorted. */
export const FUNCTION_NAMES: readonly string[] = [...BY_NAME.keys()].filter((name) => !name.startsWith('#')).sort();
