import {
  isExpression,
  isJsonObject,
  isOutputBinding,
  MASTER,
  type Bundle,
  type Json,
  type Placement,
  type Relation,
  type RoleSelector,
  type TaskDefinition,
} from '@muster/model';
import { isPattern, namePattern } from '../draft/name-pattern';

const PRIMARY = 'primary-';

/**
 * Names of an included release as they are called in the one around it. Patterns are replaced by the names that they match,
 * since around it there are more names that they were never meant for.
 */
export class Prefix {
  readonly #tags: readonly string[];

  constructor(
    readonly as: string,
    inner: Bundle,
  ) {
    const tags = new Set<string>(Object.keys(inner.tags));
    for (const role of Object.values(inner.roles)) for (const tag of role.tags) tags.add(tag);
    for (const { definitions } of inner.graphs)
      for (const { tags: own, roles, groups } of definitions)
        for (const placement of [own, roles, groups])
          if (placement !== null && placement !== '*')
            for (const name of placement) if (!isPattern(name) && !isReserved(name)) tags.add(plainTag(name));
    this.#tags = [...tags].flatMap((tag) => [tag, PRIMARY + tag]);
  }

  /** Of a role, task definition, section, setting or file. */
  name(name: string): string {
    return `${this.as}.${name}`;
  }

  tag(tag: string): string {
    if (isReserved(tag)) return tag;
    return tag.startsWith(PRIMARY) ? `${PRIMARY}${this.name(tag.slice(PRIMARY.length))}` : this.name(tag);
  }

  placement(placement: Placement | null): Placement | null {
    if (placement === null) return null;
    return (placement === '*' ? this.#tags : placement).flatMap((each) => this.#tagsOf(each));
  }

  selector(role: RoleSelector): RoleSelector {
    if (role === null || role === 'self' || role === '*') return role;
    const names = typeof role === 'string' ? [role] : role;
    const tags = names.flatMap((each) => this.#tagsOf(each));
    return tags.length === 1 && tags[0] !== undefined ? tags[0] : tags;
  }

  /** One relation for each definition that its name stands for, of `ids`. */
  relation(relation: Relation, ids: readonly string[]): Relation[] {
    const { role } = relation;
    const more = role === undefined ? {} : { role: isExpression(role) ? role : this.selector(role) };
    return this.#ids(relation.name, ids).map((name) => ({ ...relation, name: this.name(name), ...more }));
  }

  names(names: readonly string[], ids: readonly string[]): string[] {
    return names.flatMap((name) => this.#ids(name, ids)).map((name) => this.name(name));
  }

  /** Values with the tasks of output bindings in them called as around it. */
  bindings<T extends Json>(value: T): T {
    return this.#bindings(value) as T;
  }

  #bindings(value: Json): Json {
    if (Array.isArray(value)) return value.map((each: Json) => this.#bindings(each));
    if (!isJsonObject(value)) return value;
    if (isOutputBinding(value)) return { output: { ...value.output, task: this.name(value.output.task) } };
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.#bindings(member)]));
  }

  #tagsOf(name: string): string[] {
    const pattern = isPattern(name) ? namePattern(name) : null;
    // A pattern that is none stays, and is told of where it is used.
    if (pattern?.kind !== 'regex') return [this.tag(name)];
    return this.#tags.filter(pattern.matches).map((tag) => this.tag(tag));
  }

  #ids(name: string, ids: readonly string[]): readonly string[] {
    const pattern = isPattern(name) ? namePattern(name) : null;
    return pattern?.kind === 'regex' ? ids.filter(pattern.matches) : [name];
  }
}

function isReserved(tag: string): boolean {
  return tag === MASTER || tag === 'null';
}

function plainTag(tag: string): string {
  return tag.startsWith(PRIMARY) ? tag.slice(PRIMARY.length) : tag;
}

/** A definition of an included release as one of the release around it; its own scope goes into the new one. */
export function prefixDefinition(definition: TaskDefinition, prefix: Prefix, ids: readonly string[]): TaskDefinition {
  const relations = (written: TaskDefinition['requires']): TaskDefinition['requires'] =>
    written.flatMap((each): TaskDefinition['requires'] => (isExpression(each) ? [each] : prefix.relation(each, ids)));
  return {
    ...definition,
    id: prefix.name(definition.id),
    tags: prefix.placement(definition.tags),
    roles: prefix.placement(definition.roles),
    groups: prefix.placement(definition.groups),
    requires: relations(definition.requires),
    requiredFor: relations(definition.requiredFor),
    crossDepends: relations(definition.crossDepends),
    crossDependedBy: relations(definition.crossDependedBy),
    after: prefix.names(definition.after, ids),
    tasks: prefix.names(definition.tasks, ids),
    parameters: prefix.bindings(definition.parameters),
    section: definition.section === null ? null : prefix.name(definition.section),
    scope: definition.scope === undefined ? prefix.as : prefix.name(definition.scope),
  };
}
