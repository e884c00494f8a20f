import type { IncludedRelease, TaskDefinition } from '@muster/model';

/**
 * Definitions with the connections of included releases as `after`: everything in one comes after what it is connected behind,
 * and what is connected behind it after everything in it. A name is a definition's, or stands for an included release as a whole.
 * Names that are not in this graph are left out: a connection may be about another graph type.
 */
export function connectIncluded(
  definitions: readonly TaskDefinition[],
  included: readonly IncludedRelease[],
): readonly TaskDefinition[] {
  if (included.every(({ connect }) => connect.after.length === 0 && connect.before.length === 0)) return definitions;
  const tasks = definitions.filter(({ type }) => type !== 'group');
  const within = (as: string): string[] => tasks.filter(({ scope }) => isWithin(scope, as)).map(({ id }) => id);
  const names = new Set(tasks.map(({ id }) => id));
  const idsOf = (name: string): string[] =>
    included.some(({ as }) => as === name) ? within(name) : names.has(name) ? [name] : [];
  const more = new Map<string, Set<string>>();
  const order = (first: readonly string[], then: readonly string[]): void => {
    for (const id of then) {
      const before = more.get(id) ?? new Set<string>();
      for (const each of first) if (each !== id) before.add(each);
      more.set(id, before);
    }
  };
  for (const { as, connect } of included) {
    const own = within(as);
    for (const name of connect.after) order(idsOf(name), own);
    for (const name of connect.before) order(own, idsOf(name));
  }
  return definitions.map((definition) => {
    const before = more.get(definition.id);
    return before ? { ...definition, after: [...new Set([...definition.after, ...before])] } : definition;
  });
}

function isWithin(scope: string | undefined, as: string): boolean {
  return scope === as || scope?.startsWith(`${as}.`) === true;
}
