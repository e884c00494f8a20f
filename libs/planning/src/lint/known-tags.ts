import { MASTER, type Bundle, type Role, type RoleSelector, type TaskDefinition } from '@muster/model';
import { namePattern } from '../draft/name-pattern';
import type { LintWork } from './lint-work';
import { matchingCost, patternCost } from './pattern-cost';

const PRIMARY = 'primary-';

/** Which nodes a placement or role may mean, before there are any. */
export interface NodeSet {
  /** Tags by name; `primary-X` is there by itself. */
  readonly tags: ReadonlySet<string>;
  /** Every node that has a tag. */
  readonly isEvery: boolean;
  /** Nodes with tags that nobody has named yet may be meant. */
  readonly isOpen: boolean;
  readonly hasMaster: boolean;
  /** The sync point. */
  readonly hasSync: boolean;
}

export const NOWHERE: NodeSet = { tags: new Set(), isEvery: false, isOpen: false, hasMaster: false, hasSync: false };
export const AT_SYNC_POINT: NodeSet = { ...NOWHERE, hasSync: true };

/** A name that only patterns match which match any. */
const UNLIKELY = 'Zq-0';

/** Tags that nodes of a bundle may have: those declared, else those that placements name. */
export class KnownTags {
  /** `primary-` included; null: no role is declared, so that any name may be one. */
  readonly declared: ReadonlySet<string> | null;
  /** All that are declared or named, `primary-` included. */
  readonly all: ReadonlySet<string>;
  readonly #withPrimary: ReadonlySet<string>;
  readonly #rolesOf = new Map<string, Role[]>();
  readonly #isOpen: boolean;
  readonly #selected = new Map<string, NodeSet>();

  /** `isOpen`: what is merged with the bundle may bring more tags. */
  constructor(
    { roles, tags }: Bundle,
    definitions: readonly TaskDefinition[],
    isOpen: boolean,
    private readonly work: LintWork,
  ) {
    for (const role of Object.values(roles)) {
      for (const tag of role.tags) {
        const known = this.#rolesOf.get(tag);
        if (known) known.push(role);
        else this.#rolesOf.set(tag, [role]);
      }
    }
    const named = new Set(definitions.flatMap(namedTags));
    const hasRoles = Object.keys(roles).length > 0;
    this.#isOpen = isOpen || !hasRoles;
    this.#withPrimary = new Set([
      ...Object.keys(tags).filter((tag) => tags[tag]?.hasPrimary),
      // As planning does: a role's primary is that of the tag named like it, else of all that it carries.
      ...Object.values(roles).flatMap((role) =>
        role.hasPrimary ? (role.tags.includes(role.name) ? [role.name] : role.tags) : [],
      ),
      ...(this.#isOpen ? [...named].filter(isPrimary).map(plainTag) : []),
    ]);
    const declared = [...this.#rolesOf.keys(), ...Object.keys(tags)];
    this.declared = this.#isOpen ? null : this.#withPrimaries(declared);
    this.all = this.#withPrimaries([...declared, ...named]);
  }

  hasPrimary(tag: string): boolean {
    return this.#withPrimary.has(tag);
  }

  /** Declared roles that carry a tag (or its `primary-`); empty: nobody says. */
  rolesOf(tag: string): readonly Role[] {
    return this.#rolesOf.get(tag) ?? this.#rolesOf.get(plainTag(tag)) ?? [];
  }

  /** What a selector means; `self` and unusable patterns mean nothing here. */
  select(selector: RoleSelector): NodeSet {
    if (selector === null) return AT_SYNC_POINT;
    if (selector === '*') return { ...NOWHERE, tags: this.all, isEvery: true };
    this.work.spend(1 + selector.length / 20);
    const key = JSON.stringify(selector);
    const known = this.#selected.get(key) ?? this.#select(typeof selector === 'string' ? [selector] : selector);
    this.#selected.set(key, known);
    return known;
  }

  #select(items: readonly string[]): NodeSet {
    const found = new Set<string>();
    let [isEvery, isOpen] = [false, false];
    for (const item of items) {
      this.work.spend(patternCost(item));
      const pattern = namePattern(item);
      if (pattern?.kind === 'exact' && item !== MASTER && item !== 'null') found.add(item);
      if (pattern?.kind !== 'regex') continue;
      this.work.spend(this.all.size * matchingCost(item));
      isEvery ||= pattern.matches(UNLIKELY);
      isOpen ||= this.#isOpen;
      for (const tag of this.all) if (pattern.matches(tag)) found.add(tag);
    }
    return { tags: found, isEvery, isOpen, hasMaster: items.includes(MASTER), hasSync: items.includes('null') };
  }

  /** Whether a place (a node, the master, the sync point) may be in both. */
  mayShare(a: NodeSet, b: NodeSet): boolean {
    if ((a.hasMaster && b.hasMaster) || (a.hasSync && b.hasSync)) return true;
    if (isWide(a)) return isWide(b) || b.tags.size > 0;
    if (isWide(b)) return a.tags.size > 0;
    this.work.spend(0.1);
    for (const tag of a.tags) {
      if (b.tags.has(tag)) return true;
      for (const other of b.tags) if (this.#mayMeet(tag, other)) return true;
    }
    return false;
  }

  /** Whether one node may have both tags: not where it is primary or not, nor where roles exclude each other. */
  #mayMeet(a: string, b: string): boolean {
    this.work.spend(0.2);
    if (a === PRIMARY + b || b === PRIMARY + a) return false;
    const [ofA, ofB] = [this.rolesOf(a), this.rolesOf(b)];
    if (this.#isOpen || ofA.length === 0 || ofB.length === 0) return true;
    return ofA.some((one) =>
      ofB.some((other) => {
        this.work.spend((one.conflicts.length + other.conflicts.length) / 100);
        return one === other || !(one.conflicts.includes(other.name) || other.conflicts.includes(one.name));
      }),
    );
  }

  #withPrimaries(tags: readonly string[]): ReadonlySet<string> {
    return new Set([...tags, ...tags.filter((tag) => this.hasPrimary(tag)).map((tag) => PRIMARY + tag)]);
  }
}

function isWide({ isEvery, isOpen }: NodeSet): boolean {
  return isEvery || isOpen;
}

export function isPrimary(tag: string): boolean {
  return tag.startsWith(PRIMARY);
}

/** The tag that a `primary-` is of; any other is itself. */
export function plainTag(tag: string): string {
  return isPrimary(tag) ? tag.slice(PRIMARY.length) : tag;
}

/** Tags that a definition's placement names. */
export function namedTags({ tags, roles, groups }: TaskDefinition): string[] {
  const placement = tags ?? roles ?? groups ?? [];
  return placement === '*' ? [] : placement.filter((name) => isTagName(name));
}

/** False for words and patterns that stand for something else. */
export function isTagName(name: string): boolean {
  return !['*', 'self', 'null', MASTER].includes(name) && !name.startsWith('/');
}
