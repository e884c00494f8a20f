import type { TaskDefinition } from '@muster/model';
import type { LintGraph } from './lint-graph';
import { mayConnect, relationsOf } from './written-relation';

/** Relations looked at, while it is made and in all answers together: seconds of work. Beyond, everything counts as ordered. */
const STEPS_MAX = 5_000_000;

/** Which definitions come before which, by relations that may connect tasks of theirs, directly or through others. */
export class DefinitionOrder {
  readonly #before = new Map<string, Set<string>>();
  readonly #computed = new Set<string>();
  readonly #all = new Map<string, ReadonlySet<string>>();
  #steps = 0;

  constructor(graph: LintGraph) {
    for (const definition of graph.tasks) {
      for (const relation of relationsOf(graph, definition)) {
        if (relation.name === null) this.#computed.add(definition.id);
        const others = relation.name === null ? [] : (graph.matching(relation.name) ?? []);
        this.#steps += others.length;
        if (this.#isExhausted()) return;
        for (const other of others.filter((each) => mayConnect(graph, relation, each))) {
          if (relation.direction === 'before') this.#add(other.id, definition.id);
          else this.#add(definition.id, other.id);
        }
      }
    }
  }

  /** It has a relation that is computed, so that there may be more order than is written. */
  hasComputed({ id }: TaskDefinition): boolean {
    return this.#computed.has(id);
  }

  /** True too where it would take too long to tell. */
  isBefore(first: TaskDefinition, second: TaskDefinition): boolean {
    return this.#isExhausted() || this.#allBefore(second.id).has(first.id) || this.#isExhausted();
  }

  #isExhausted(): boolean {
    return this.#steps > STEPS_MAX;
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
    for (let next = open.pop(); next !== undefined && !this.#isExhausted(); next = open.pop()) {
      const before = this.#before.get(next);
      this.#steps += before?.size ?? 0;
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
