import type { TaskDefinition } from '@muster/model';
import type { LintGraph } from './lint-graph';
import { mayConnect, relationsOf } from './written-relation';

/**
 * Which definitions come before which, by relations that may connect tasks of theirs, directly or through others. Made
 * when it is first asked for.
 */
export class DefinitionOrder {
  readonly #before = new Map<string, Set<string>>();
  readonly #computed = new Set<string>();
  readonly #all = new Map<string, ReadonlySet<string>>();
  #state: 'unread' | 'read' | 'too large' = 'unread';

  constructor(private readonly graph: LintGraph) {}

  /** It has a relation that is computed, so that there may be more order than is written. */
  hasComputed({ id }: TaskDefinition): boolean {
    this.#read();
    return this.#computed.has(id);
  }

  isBefore(first: TaskDefinition, second: TaskDefinition): boolean {
    this.#read();
    return this.#allBefore(second.id).has(first.id);
  }

  #read(): void {
    if (this.#state === 'read') return;
    // Whoever asks again would come no further.
    if (this.#state === 'too large') this.graph.work.refuse();
    this.#state = 'too large';
    for (const definition of this.graph.tasks) this.#readRelations(definition);
    this.#state = 'read';
  }

  #readRelations(definition: TaskDefinition): void {
    const { graph } = this;
    for (const relation of relationsOf(graph, definition)) {
      if (relation.name === null) this.#computed.add(definition.id);
      const others = relation.name === null ? [] : (graph.matching(relation.name) ?? []);
      for (const other of others) {
        graph.work.spend(0.5);
        if (!mayConnect(graph, relation, other)) continue;
        if (relation.direction === 'before') this.#add(other.id, definition.id);
        else this.#add(definition.id, other.id);
      }
    }
  }

  #add(before: string, after: string): void {
    const known = this.#before.get(after);
    if (known) known.add(before);
    else this.#before.set(after, new Set([before]));
  }

  #allBefore(id: string): ReadonlySet<string> {
    const known = this.#all.get(id);
    if (known) return known;
    const seen = new Set<string>();
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const before = this.#before.get(next);
      this.graph.work.spend((before?.size ?? 0) / 5);
      for (const each of before ?? []) {
        if (seen.has(each)) continue;
        seen.add(each);
        open.push(each);
      }
    }
    this.#all.set(id, seen);
    return seen;
  }
}
