import { MASTER, SYNC_POINT, type Placement, type RoleSelector } from '@muster/model';
import { namePattern } from './name-pattern';
import { byNaturalOrder } from './natural-order';

/** What a selector of nodes gave. Nodes are in natural order, `master` and `sync` after them. */
export interface Selected {
  readonly nodes: readonly string[];
  /** Items that are no usable regex. */
  readonly badPatterns: readonly string[];
  /** `*` or `self` in a list, where they are only names. */
  readonly plainWords: readonly string[];
}

/** The nodes of a cluster with their tags, and what selectors of nodes mean there. Answers are remembered. */
export class Places {
  /** Names in natural order; neither master nor sync point. */
  readonly names: readonly string[];
  readonly #nodesOf = new Map<string, string[]>();
  readonly #answers = new Map<string, Selected>();

  constructor(readonly tagsOf: ReadonlyMap<string, readonly string[]>) {
    this.names = [...tagsOf.keys()].sort(byNaturalOrder);
    for (const name of this.names) {
      for (const tag of tagsOf.get(name) ?? []) {
        const nodes = this.#nodesOf.get(tag);
        if (nodes) nodes.push(name);
        else this.#nodesOf.set(tag, [name]);
      }
    }
  }

  tags(node: string): readonly string[] {
    return this.tagsOf.get(node) ?? [];
  }

  /** Where a definition with this placement is. */
  placed(placement: Placement): Selected {
    return this.#remember(placement, () => (placement === '*' ? this.#tagged() : this.#named(placement)));
  }

  /** Which nodes a relation looks at; `self` is the caller's business, since it depends on where the task is. */
  related(role: Exclude<RoleSelector, 'self'>): Selected {
    if (role === null) return plain([SYNC_POINT]);
    if (typeof role === 'string') return this.placed(role === '*' ? '*' : [role]);
    return this.placed(role);
  }

  /** Nodes that have a tag: one without is in the cluster for something else, such as carrying the master's tasks. */
  #tagged(): Selected {
    return plain(this.names.filter((name) => this.tags(name).length > 0));
  }

  #named(names: readonly string[]): Selected {
    const found = new Set<string>();
    const badPatterns: string[] = [];
    for (const name of names) {
      const pattern = namePattern(name);
      if (name === MASTER) found.add(MASTER);
      else if (name === 'null') found.add(SYNC_POINT);
      else if (!pattern) badPatterns.push(name);
      else if (pattern.kind === 'exact') for (const node of this.#nodesOf.get(name) ?? []) found.add(node);
      else
        for (const [tag, nodes] of this.#nodesOf) if (pattern.matches(tag)) for (const node of nodes) found.add(node);
    }
    const special = [MASTER, SYNC_POINT].filter((each) => found.has(each));
    return {
      nodes: [...this.names.filter((name) => found.has(name)), ...special],
      badPatterns,
      plainWords: names.filter((name) => name === '*' || name === 'self'),
    };
  }

  #remember(placement: Placement, make: () => Selected): Selected {
    const key = JSON.stringify(placement);
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = make();
    this.#answers.set(key, answer);
    return answer;
  }
}

function plain(nodes: readonly string[]): Selected {
  return { nodes, badPatterns: [], plainWords: [] };
}
