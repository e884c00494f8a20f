/**
 * Something of each task, without an address of each: those of 100,000 tasks take 5 MB, and as much again in the table of them.
 */
export class ByTask<T> {
  readonly #nodesOf = new Map<string, Map<string, T>>();

  set(definition: string, node: string, value: T): void {
    const nodes = this.#nodesOf.get(definition);
    if (nodes === undefined) this.#nodesOf.set(definition, new Map([[node, value]]));
    else nodes.set(node, value);
  }

  get(definition: string, node: string): T | undefined {
    return this.#nodesOf.get(definition)?.get(node);
  }
}
